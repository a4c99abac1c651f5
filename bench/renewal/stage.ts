import type { Engine } from './engine.ts'
import { type ModelServer, type TokenFate } from './model-server.ts'
import type { MonotonicInSleep, VirtualBrowser } from './virtual-browser.ts'

interface Sent {
  readonly index: number
  readonly startedAtMs: number
  settledAtMs: number | undefined
  status: number | undefined
  error: unknown
}

/** One scenario under way: the engine's tabs, the server, and what became of each request of the app. */
export class Stage {
  readonly browser: VirtualBrowser
  readonly server: ModelServer
  readonly #tabs: readonly Engine[]
  readonly sent: Sent[] = []

  constructor(browser: VirtualBrowser, server: ModelServer, tabs: readonly Engine[]) {
    this.browser = browser
    this.server = server
    this.#tabs = tabs
  }

  get nowMs(): number {
    return this.browser.timeline.elapsedMs
  }

  /** One request of the app, not waited for. */
  fire(tab = 0): void {
    const sent: Sent = {
      index: this.sent.length,
      startedAtMs: this.nowMs,
      settledAtMs: undefined,
      status: undefined,
      error: undefined,
    }
    this.sent.push(sent)
    const engine = this.#tabs[tab]
    if (!engine) throw new RangeError(`there is no tab ${tab}`)
    engine.request(sent.index).then(
      (status) => {
        sent.settledAtMs = this.nowMs
        sent.status = status
      },
      (error: unknown) => {
        sent.settledAtMs = this.nowMs
        sent.error = error
      },
    )
  }

  burst(count: number): void {
    for (let n = 0; n < count; n += 1) this.fire()
  }

  /** One request per second of every tab, tabs a tenth of a second apart. */
  async everySecond(seconds: number, tabs = 1): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (let tab = 0; tab < tabs; tab += 1) {
        this.fire(tab)
        await this.browser.pass(100)
      }
      await this.browser.pass(1_000 - 100 * tabs)
    }
  }

  pass(ms: number): Promise<void> {
    return this.browser.pass(ms)
  }

  sleep(ms: number, monotonic: MonotonicInSleep, onWake?: () => void): Promise<void> {
    return this.browser.sleep(ms, monotonic, onWake)
  }

  /**
   * One request, so that engines that begin with their first use have begun; then the machine sleeps until `leadMs` before the newest token
   * runs out. Asleep, so that engines with a timer of their own come to that moment with the same token as those without.
   */
  async sleepUntilExpiry(leadMs: number): Promise<void> {
    this.fire()
    await this.pass(1_000)
    const expiresAtMs = this.server.newest.expiresAtMs - this.browser.timeline.nowMs
    await this.sleep(expiresAtMs - leadMs, 'ticks')
  }

  setTokenFate(fate: (call: number) => TokenFate): void {
    this.server.setTokenFate(fate)
  }

  /** What became of the requests since number `from`. */
  since(from: number): Tally {
    return new Tally(this.sent.slice(from), this.server)
  }
}

/** Counts over some of the requests. */
export class Tally {
  readonly #sent: readonly Sent[]
  readonly #server: ModelServer

  constructor(sent: readonly Sent[], server: ModelServer) {
    this.#sent = sent
    this.#server = server
  }

  get ok(): number {
    return this.#sent.filter(({ status }) => status === 200).length
  }

  get failed(): number {
    return this.#sent.filter(({ status, settledAtMs }) => settledAtMs !== undefined && status !== 200).length
  }

  get hung(): number {
    return this.#sent.filter(({ settledAtMs }) => settledAtMs === undefined).length
  }

  /** Requests whose last word was the API's 401. */
  get answered401(): number {
    return this.#sent.filter(({ status }) => status === 401).length
  }

  /** 401s that the API gave to these requests, replayed ones counted twice. */
  get refused(): number {
    return this.#calls().filter(({ status }) => status === 401).length
  }

  get isOrderKept(): boolean {
    const order = this.#calls()
      .filter(({ status }) => status === 200)
      .map(({ index }) => index)
    return order.every((index, n) => n === 0 || (order[n - 1] ?? 0) < index)
  }

  /** From the call of the engine to the last time that the request left it, over those that succeeded. */
  get longestWaitMs(): number {
    const leftAtMs = new Map(this.#calls().map(({ index, dispatchedAtMs }) => [index, dispatchedAtMs]))
    const waits = this.#sent
      .filter(({ status }) => status === 200)
      .map(({ index, startedAtMs }) => (leftAtMs.get(index) ?? Infinity) - startedAtMs)
    return Math.max(0, ...waits)
  }

  /** The kinds of errors that requests ended with, and how often. */
  get errors(): string {
    const counts = new Map<string, number>()
    for (const { error } of this.#sent) {
      if (error === undefined) continue
      const kind = error instanceof Error ? error.name : typeof error
      const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
      counts.set(kind + code, (counts.get(kind + code) ?? 0) + 1)
    }
    return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
  }

  #calls() {
    const indexes = new Set(this.#sent.map(({ index }) => index))
    return this.#server.apiCalls.filter(({ index }) => indexes.has(index))
  }
}
