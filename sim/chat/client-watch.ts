import { asRecord, asString, headers, parseJson } from '@helvino/protocol'
import type { Clock, HttpRequest, HttpResponse } from '@helvino/runtime'
import type { BrowserWatch } from './browser-watch.ts'
import { readToken } from './server/token-claims.ts'
import type { Violations } from '../violations.ts'

interface KnownToken {
  readonly lifeMs: number
  readonly asked: Moment
}

/** Both clocks of a tab at once. */
export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

const minuteMs = 60_000
// Far above what any honest client sends, and far below what a loop does.
const mostRequestsPerMinute = 300

/** What makes two requests the same for `Retry-After`: a write's key, or the address. One message and several are sent to the same place. */
export const useOf = ({ method, url, headers: sent }: HttpRequest): string =>
  `${method} ${sent[headers.idempotencyKey] ?? url.replace(/\?.*|\/batch$/g, '')}`

export interface ClientWatchTerms {
  readonly clock: Clock
  readonly name: string
  readonly violations: Violations
  readonly browser: BrowserWatch
  /** No other tab of this browser shares its token. What several tabs may do with one token is checked by the renewal world. */
  readonly isAlone: () => boolean
}

/** Knows what one tab's client has been told, and holds what it sends against that: I4, I6, I7, I8. */
export class ClientWatch {
  readonly #clock: Clock
  readonly #name: string
  readonly #violations: Violations
  readonly #browser: BrowserWatch
  readonly #isAlone: () => boolean
  readonly #tokens = new Map<string, KnownToken>()
  readonly #notBeforeMs = new Map<string, number>()
  readonly #sentAtMs: number[] = []
  readonly #renewedAtMs: number[] = []
  #lifeMs = minuteMs

  constructor({ clock, name, violations, browser, isAlone }: ClientWatchTerms) {
    this.#clock = clock
    this.#name = name
    this.#violations = violations
    this.#browser = browser
    this.#isAlone = isAlone
  }

  now(): Moment {
    return { wallMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() }
  }

  /** A request leaves. */
  send(request: HttpRequest): void {
    const use = useOf(request)
    const isRenewal = use.endsWith('/api/bootloader') || use.endsWith('/api/agent/token')
    this.sendToken(request.headers[headers.orgToken] ?? request.headers[headers.agentToken], use)
    this.#count(this.#sentAtMs, mostRequestsPerMinute, 'I6', 'requests')
    if (isRenewal && this.#isAlone())
      this.#count(this.#renewedAtMs, Math.max(6, Math.floor((3 * minuteMs) / this.#lifeMs)), 'I7', 'renewals')
    if (isRenewal) this.#browser.renew()
    const waitMs = (this.#notBeforeMs.get(use) ?? 0) - this.#clock.monotonicMs()
    if (waitMs > 0 && (isRenewal ? this.#isAlone() : request.method === 'POST'))
      this.#violations.add('I8', `${this.#name} ${use} ${waitMs} ms before the server's Retry-After`)
  }

  /** A token leaves, in a request or a frame. By the client's own knowledge it must not have run out. */
  sendToken(token: string | undefined, use: string): void {
    const held = token === undefined ? undefined : this.#tokens.get(token)
    if (!held) return
    const { wallMs, monotonicMs } = this.now()
    const overMs = Math.max(monotonicMs - held.asked.monotonicMs, wallMs - held.asked.wallMs) - held.lifeMs
    if (overMs >= 0 && this.#isAlone())
      this.#violations.add('I4', `${this.#name} ${use} with a token ${overMs} ms past its end`)
  }

  /** An answer has come to what was asked at `asked`. */
  hear(request: HttpRequest, response: HttpResponse, asked: Moment): void {
    const seconds = /^\d{1,4}$/.exec(response.header(headers.retryAfter) ?? '')?.[0]
    if ((response.status === 429 || response.status === 503) && seconds !== undefined && Number(seconds) <= 3_600)
      this.#notBeforeMs.set(useOf(request), this.#clock.monotonicMs() + Number(seconds) * 1_000)
    // Most answers carry none, and reading them once more is dear.
    if (!/"(?:org|agent)Token"/.test(response.body)) return
    const body = asRecord(parseJson(response.body))
    const token = asString(body?.['orgToken']) ?? asString(body?.['agentToken'])
    const claims = token === undefined ? undefined : readToken(token)
    if (token === undefined || !claims) return
    this.#lifeMs = claims.expiresAtMs - Date.parse(asString(body?.['timestamp']) ?? '')
    this.#tokens.set(token, { lifeMs: this.#lifeMs, asked })
  }

  #count(timesMs: number[], most: number, rule: string, what: string): void {
    const nowMs = this.#clock.monotonicMs()
    timesMs.push(nowMs)
    while ((timesMs[0] ?? nowMs) <= nowMs - minuteMs) timesMs.shift()
    if (timesMs.length > most)
      this.#violations.add(rule, `${this.#name} sent ${timesMs.length} ${what} within a minute`)
  }
}
