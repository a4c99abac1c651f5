import { asRecord, asString, parseJson } from '@helvino/protocol'
import type { TokenError, TokenEvent, RenewerSnapshot, TokenRenewer, WaitOptions } from '@helvino/token/core'
import type { SimRandom, SimTab } from '@helvino/testkit'
import type { Trace } from '../trace.ts'
import { watchClock } from '../watched-clock.ts'
import { audienceHeader, type IssuerModel, resourceUrl, tokenHeader } from './issuer-model.ts'
import type { RenewalEngine } from './renewal-engine.ts'
import type { TabWatch, Wait } from './tab-watch.ts'
import { tokenFetch } from './token-fetch.ts'

export interface PageTerms {
  readonly tab: SimTab
  readonly watch: TabWatch
  readonly issuer: IssuerModel
  readonly engine: RenewalEngine
  readonly random: SimRandom
  readonly trace: Trace
}

/** What the server answered to one request. */
interface Answer {
  readonly status: number
  readonly code: string
}

const noAnswer: Answer = { status: 0, code: 'no_answer' }
const sendWithinMs = 15_000
const isTokenRefusal = ({ code }: Answer): boolean => code.startsWith('token_')

/** One page in a tab: a renewer as the widget wires it, and callers of every kind. */
export class Page {
  readonly tab: SimTab
  readonly watch: TabWatch
  readonly renewer: TokenRenewer
  readonly #terms: PageTerms
  readonly #maxWaiting: number
  readonly #releases = new Set<() => void>()
  #cause: string | undefined
  #phase: RenewerSnapshot['phase'] = 'resting'
  #isDisposed = false
  #timers = 0

  constructor(terms: PageTerms) {
    const { tab, watch, issuer, engine, random, trace } = terms
    this.#terms = terms
    this.tab = tab
    this.watch = watch
    this.#maxWaiting = random.isHit(0.3) ? 3 : 10_000
    const clock = watchClock(tab.clock, watch.name, watch.group.terms.violations)
    const { locks, channels, life, network } = tab.runtime
    const renewerTerms = {
      fetchToken: tokenFetch({ network, issuer, watch, trace, isDeaf: random.isHit(0.3), cause: () => this.#cause }),
      clock: { ...clock, startTimer: this.#countTimers(clock.startTimer) },
      random: tab.runtime.random,
      life,
      tabs: { name: watch.group.terms.shareName, locks, channels },
      maxWaiting: this.#maxWaiting,
      holdBackMs: (watch.holdBackMs = random.pick([0, 5_000, Infinity])),
    }
    this.renewer = new engine.TokenRenewer(renewerTerms)
    this.renewer.subscribe((event) => {
      this.#hear(event)
    })
  }

  /** Timers of the renewer that have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers
  }

  /** Returns how to let go. */
  hold(): () => void {
    if (this.watch.holders === 0) this.watch.heldSinceMs = this.watch.group.nowMs
    this.watch.holders += 1
    const letGo = this.renewer.hold()
    this.#notePhase()
    const release = () => {
      if (!this.#releases.delete(release)) return
      this.watch.holders -= 1
      letGo()
    }
    this.#releases.add(release)
    return release
  }

  releaseAll(): void {
    for (const release of this.#releases) release()
  }

  /** Looks for the token without waiting. */
  look(): void {
    this.watch.noteUse()
    this.#checkHeld()
    const token = this.renewer.token()
    this.watch.isInTrouble = this.renewer.snapshot().failures > 0
    if (token !== undefined) this.watch.give(token, 'shows')
    // In a throttled tab, and on waking, a timer may be late: `token()` alone relies on it.
    const isOnTime = !this.watch.isThrottled && this.watch.evenSinceMs < this.watch.group.nowMs
    if (isOnTime && token === undefined && !this.renewer.isTokenExpiredOrExpiring())
      this.watch.violate('I4', 'hides a token that is not due')
  }

  async valid(options: WaitOptions): Promise<void> {
    const token = await this.#wait(options, () => this.renewer.validToken(options))
    if (token !== undefined) this.watch.give(token, 'gives')
  }

  async ensure(options: WaitOptions): Promise<void> {
    await this.#wait(options, () => this.renewer.ensureValidToken(options))
  }

  async refresh(options: WaitOptions): Promise<void> {
    await this.#wait(options, () => this.renewer.refresh(options), true)
  }

  /** Sends one request through the renewer; what the server refuses is sent once more. */
  async send(options: WaitOptions): Promise<void> {
    const { trace, engine } = this.#terms
    const sent: { token: string; answer: Answer }[] = []
    let wait = this.#join(options)
    let heldAtRefusal: string | undefined
    try {
      const answer = await engine.withToken(
        this.renewer,
        async (token) => {
          this.#leave(wait, options, undefined)
          this.watch.give(token, 'sends')
          this.#checkReplay(sent, token)
          // Refused late: the one that is held by then is as good as ever.
          if (heldAtRefusal !== undefined && token !== heldAtRefusal)
            this.watch.violate('I8', 'drops its token since an older one was refused')
          const got = await this.#request(token)
          sent.push({ token, answer: got })
          if (isTokenRefusal(got)) {
            heldAtRefusal = this.#noteRefused(token)
            wait = this.#join(options)
          }
          return got
        },
        isTokenRefusal,
        options,
      )
      trace.add(`sent ${answer.code}`, this.watch.name)
      if (answer !== sent.at(-1)?.answer) this.watch.violate('I6', 'gives its caller another answer than the server')
      if (isTokenRefusal(answer)) {
        if (sent.length < 2) this.watch.violate('I8', 'does not replay what was refused')
        this.#leave(wait, options, undefined)
        this.#notePhase()
      }
    } catch (error) {
      this.#leave(wait, options, error)
    }
  }

  /** As a page that ends in good order. */
  dispose(): void {
    this.#isDisposed = true
    this.renewer.dispose()
    this.#notePhase()
  }

  /** Nobody is at it, nothing keeps the tab from it, and it looks each second: a token that is held is renewed when its time has come. */
  #checkHeld(): void {
    const { watch, renewer } = this
    const { group } = watch
    const { phase, waitMs } = renewer.snapshot()
    const sinceMs = group.nowMs - Math.max(watch.evenSinceMs, watch.heldSinceMs, group.terms.machine.steppedAtMs)
    const hasRun = watch.isAwake && !watch.isThrottled && sinceMs > 60_000
    const isFree = phase === 'resting' && !group.isSpent(watch.newest !== undefined) && group.isIdleFor(1_500)
    if (hasRun && isFree && watch.holders > 0 && waitMs < -1_500)
      watch.violate('I6', `has let the time of renewal pass by ${-waitMs} ms`)
  }

  #checkReplay(sent: readonly { readonly token: string; readonly answer: Answer }[], token: string): void {
    const [first] = sent
    if (sent.length > 1) this.watch.violate('I8', `sends a request ${sent.length + 1} times`)
    if (first && !isTokenRefusal(first.answer)) this.watch.violate('I8', `replays after ${first.answer.code}`)
    if (first?.token === token) this.watch.violate('I8', 'replays with the token that was refused')
  }

  /** Returns the token that is held, where it is not the refused one. */
  #noteRefused(token: string): string | undefined {
    const held = this.watch.group.freshTokenUntil(this.renewer.snapshot().expiresAtMs)
    this.watch.noteRefused(token, held === token)
    if (held === undefined || held === token) return undefined
    this.#terms.trace.add('late refusal', this.watch.name)
    return held
  }

  async #request(token: string): Promise<Answer> {
    const { tab, watch, trace } = this.#terms
    const stop = new AbortController()
    const cancel = tab.clock.startTimer(sendWithinMs, () => {
      stop.abort()
    })
    try {
      const headers = { [audienceHeader]: watch.group.audience, [tokenHeader]: token }
      const { status, body } = await tab.network.request({ method: 'POST', url: resourceUrl, headers }, stop.signal)
      trace.add(`server ${status}`, watch.name)
      return { status, code: asString(asRecord(parseJson(body))?.['code']) ?? 'ok' }
    } catch {
      // No answer is one more answer to the caller, who has no more to say to it.
      return noAnswer
    } finally {
      cancel()
    }
  }

  async #wait<Result>(
    options: WaitOptions,
    call: () => Promise<Result>,
    isForced = false,
  ): Promise<Result | undefined> {
    const wait = this.#join(options)
    try {
      const promise = call()
      this.#notePhase()
      const result = await promise
      this.#leave(wait, options, undefined)
      return result
    } catch (error) {
      this.#leave(wait, options, error, isForced)
      return undefined
    }
  }

  #join({ signal }: WaitOptions): Wait {
    const { failures, phase } = this.renewer.snapshot()
    const isExcused =
      failures > 0 ||
      this.watch.group.isSpent(this.watch.newest !== undefined) ||
      phase !== 'resting' ||
      !this.watch.isAwake
    this.watch.noteUse()
    const { nowMs } = this.watch.group
    const hasFoundFull = this.watch.waits.size >= this.#maxWaiting
    const mustEndByMs = signal?.aborted === true ? nowMs : Infinity
    const wait: Wait = { joinedAtMs: nowMs, isExcused, mustEndByMs, hasFoundFull }
    this.watch.waits.add(wait)
    const onAbort = () => {
      wait.mustEndByMs = Math.min(wait.mustEndByMs, this.watch.group.nowMs)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    return wait
  }

  /** A caller is done with waiting, in time and with an error that it has earned. */
  #leave(wait: Wait, options: WaitOptions, error: unknown, isForced = false): void {
    if (!this.watch.waits.delete(wait)) return
    this.#notePhase()
    // By budget or backoff: nobody is waited for.
    if (this.#phase === 'waiting' || this.watch.group.isSpent(this.watch.newest !== undefined)) wait.isExcused = true
    const tookMs = this.watch.group.nowMs - wait.joinedAtMs
    const withinMs = options.withinMs ?? 15_000
    const wasEven = this.watch.evenSinceMs < wait.joinedAtMs && !this.watch.isThrottled
    if (wasEven && tookMs > withinMs) this.watch.violate('I6', `keeps a caller for ${tookMs} ms of ${withinMs} ms`)
    if (!wait.isExcused && wasEven && tookMs > 2_100)
      this.watch.violate('I5', `lets a caller wait for ${tookMs} ms and does not ask`)
    if (this.watch.group.nowMs > wait.mustEndByMs)
      this.watch.violate('I6', `keeps a caller for ${this.watch.group.nowMs - wait.mustEndByMs} ms after the end`)
    if (error !== undefined) this.#checkError(error, wait, tookMs >= withinMs, options, isForced)
  }

  #checkError(error: unknown, wait: Wait, isOver: boolean, { signal }: WaitOptions, isForced: boolean): void {
    const { name, code } = error as TokenError
    this.#terms.trace.add(`error ${code}`, this.watch.name)
    const { group } = this.watch
    const { monotonicMs } = group.terms.machine.now()
    const isEarned = {
      unavailable: isOver || isForced || !this.watch.isAwake || this.watch.evenSinceMs >= this.watch.group.nowMs,
      aborted: signal?.aborted === true,
      // By the time that it is told, others may have left.
      'queue-full': wait.hasFoundFull || this.watch.waits.size >= this.#maxWaiting,
      disposed: this.#isDisposed,
      // It may have heard a little later than the tab that asked. And what was last heard, too, where the time or the issuer's earlier word did not let it hear better.
      refused: monotonicMs <= group.finalNoAtMs + (isOver || group.wasBlockedWithin(0) ? Infinity : 70_000),
      rejected: this.watch.group.hasRefused,
    }[code]
    if (name !== 'TokenError' || isEarned === undefined) this.watch.violate('I6', `throws ${String(error)}`)
    else if (!isEarned) this.watch.violate('I6', `turns a caller away with ${code} for no reason`)
  }

  #countTimers(startTimer: SimTab['clock']['startTimer']): SimTab['clock']['startTimer'] {
    return (delayMs, onDue) => {
      let isPending = true
      const end = () => {
        if (isPending) this.#timers -= 1
        isPending = false
      }
      this.#timers += 1
      const cancel = startTimer(delayMs, () => {
        end()
        onDue()
      })
      return () => {
        end()
        cancel()
      }
    }
  }

  #hear(event: TokenEvent): void {
    const { trace } = this.#terms
    const isShared = 'isShared' in event && event.isShared
    this.#notePhase()
    trace.add(`event ${event.type}${'cause' in event ? ` ${event.cause}` : ''}`, this.watch.name)
    if (event.type === 'renewing') this.#cause = event.cause
    if (event.type === 'failed') for (const wait of this.watch.waits) wait.isExcused = true
    if (event.type === 'failed' && event.isFinal) {
      this.watch.isGivenUp = true
      this.watch.endWaits()
    }
    if (event.type === 'failed' && event.isServed) trace.add('stale serve', this.watch.name)
    if (event.type === 'renewed') this.watch.noteRenewed(isShared)
    if (event.type === 'renewed' && this.renewer.snapshot().failures > 0)
      this.watch.violate('I6', 'remembers a failure after a success')
    if (isShared) trace.add('shared', this.watch.name)
  }

  #notePhase(): void {
    const { waiting, phase } = this.renewer.snapshot()
    if (waiting > this.#maxWaiting) this.watch.violate('I6', `lets ${waiting} callers wait at once`)
    if (phase === this.#phase) return
    this.#terms.trace.add(`phase ${this.#phase} to ${phase}`, this.watch.name)
    this.#phase = phase
  }
}
