import type { Clock } from '@helvino/runtime'
import { attempt } from './attempt.ts'
import { ageMs, askedNow, type HeldToken, holdToken, usableMs } from './held-token.ts'
import { freeAtMs, withStart } from './renewal-budget.ts'
import { type RenewerConfig, resolveOptions, type TokenRenewerOptions } from './renewer-options.ts'
import type { RenewerSnapshot } from './renewer-snapshot.ts'
import { heldFrom, patienceUntilMs, TabLine, type TabMessage } from './tab-line.ts'
import { TokenError } from './token-error.ts'
import type { OutcomeFacts, RenewalCause, TokenEvent } from './token-event.ts'
import { type FailedAttempt, failureAfter, isPlausible, type TokenFailure } from './token-failure.ts'
import { join, settleAll, type WaitingLine, type WaitOptions } from './waiting-line.ts'

/**
 * Keeps one short-lived bearer token fresh: one renewal in flight however many callers and tabs wait (single-flight), callers served in their
 * order, failures retried with exponential backoff and jitter while somebody wants a token, and never a failed renewal as the remembered state.
 *
 * Whatever happens changes the state and then calls `#plan`, which alone decides whether an attempt starts now or later.
 */
export class TokenRenewer {
  readonly #config: RenewerConfig
  readonly #clock: Clock
  readonly #line: WaitingLine = new Map()
  readonly #tabs: TabLine | undefined
  readonly #listeners = new Set<(event: TokenEvent) => void>()
  readonly #stopHearingLife: (() => void) | undefined
  #held: HeldToken | undefined
  /** Of the newest token, kept after a refusal. */
  #lifeMs: number | undefined
  /** The last eight that a server refused. */
  #refusedTokens: readonly string[] = []
  /** Until here, by the wall clock, nothing is to be done about the held token: all that the fast path reads. */
  #quietUntilMs = 0
  #isUsed = false
  #holders = 0
  #cause: RenewalCause | undefined = 'first'
  #attempt: AbortController | undefined
  #failure: TokenFailure | undefined
  #staleServes = 0
  /** Of the last minute; monotonic ms. */
  #startsAtMs: readonly number[] = []
  /** Where the backoff ends, and where what the issuer demanded ends: the first may be cut short, the second never. Monotonic ms. */
  #backoffUntilMs = 0
  #blockedUntilMs = 0
  /** Since when a renewal is wanted that another tab may be at; monotonic ms. */
  #wishedAtMs: number | undefined
  /** The lock has been asked for: once, however many call meanwhile. */
  #turn: Promise<undefined> | undefined
  #cancelTimer: (() => void) | undefined

  constructor(options: TokenRenewerOptions) {
    const { clock, tabs, life, initial } = (this.#config = resolveOptions(options))
    this.#clock = clock
    this.#tabs = tabs && new TabLine(tabs, clock, (message) => this.#hear(message))
    this.#tabs?.open()
    this.#stopHearingLife = life?.subscribe((event) => {
      if (event === 'leaving') {
        this.#attempt?.abort()
        this.#tabs?.close()
      } else if (event !== 'hidden' && event !== 'offline') {
        this.#tabs?.open()
        this.wake()
      }
    })
    if (initial) this.#adopt(holdToken(initial.issued, initial.asked, false, this.#config))
    this.#plan()
    this.#tell()
  }

  /** The token, where one is held that may leave now; otherwise `undefined`, and `validToken` waits. Synchronous: no promise, one clock read. */
  token(): string | undefined {
    return this.#clock.nowMs() < this.#quietUntilMs ? this.#held?.token : this.#look()
  }

  /** True with no token, with an expired or refused one, and within the buffer before expiry. */
  isTokenExpiredOrExpiring(): boolean {
    return !this.#held || ageMs(this.#held, this.#clock) >= this.#held.dueAfterMs
  }

  /** Resolves once a token is held that may leave; at once where there is one. @throws {TokenError} */
  async ensureValidToken(options?: WaitOptions): Promise<void> {
    await this.validToken(options)
  }

  /** The token, at once where it may leave now, else after the renewal that all callers share. @throws {TokenError} */
  async validToken(options?: WaitOptions): Promise<string> {
    return this.#look() ?? this.#wait(options)
  }

  /** Renews now, whatever the state of the held token; joins a renewal that is under way. @throws {TokenError} */
  async refresh(options?: WaitOptions): Promise<void> {
    const before = this.#held
    this.#cause ??= 'manual'
    await this.#wait(options)
    // A caller may have been served with the token that is still valid; here that is no success.
    if (before === this.#held) throw this.#error()
  }

  /**
   * Tells that a server refused `token`. Forces one renewal; a late refusal of a token that is held no longer forces nothing. A token that
   * is refused right after it was forced ends the matter for a minute: renewing again would not help.
   */
  reportRefused(token: string): void {
    const held = this.#held
    const isLate = held?.token !== token
    if (!isLate) {
      this.#refusedTokens = [...this.#refusedTokens.slice(-7), token]
      this.#held = undefined
      this.#cause = 'refused'
    }
    this.#emit({ type: 'refused', isLate })
    if (isLate) return
    // So soon after it was renewed for that reason, it shows that renewing does not help.
    if (held.isAfterRefusal && ageMs(held, this.#clock) < 30_000)
      this.#fail({ kind: 'rejected', reason: 'refused again' })
    this.#plan()
  }

  /** Keeps the token fresh ahead of time until the returned release is called: for as long as something is live that must not wait. */
  hold(): () => void {
    let share = 1
    this.#holders += 1
    this.#plan()
    return () => {
      this.#holders -= share
      share = 0
      this.#plan()
    }
  }

  /** Something happened that makes an attempt worthwhile (network back, page seen again, a person acted): waits no longer than it must. */
  wake(): void {
    // A new caller, a person who acts or a network that returns may ask ahead of the backoff, but no more often than this.
    const eagerEveryMs = 5_000
    this.#backoffUntilMs = Math.min(this.#backoffUntilMs, (this.#startsAtMs.at(-1) ?? 0) + eagerEveryMs)
    this.#plan()
  }

  /** Hears what happens; a listener is called after the state has changed. Returns the unsubscribe. */
  subscribe(listener: (event: TokenEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  snapshot(): RenewerSnapshot {
    const waitMs = this.#startInMs()
    return {
      phase: this.#attempt ? 'renewing' : this.#failure && waitMs < Infinity ? 'waiting' : 'resting',
      waitMs,
      waiting: this.#line.size,
      failures: this.#failures,
      expiresAtMs: this.#held?.expiresAtMs,
    }
  }

  /** Stops everything; callers that wait get `disposed`. */
  dispose(): void {
    this.#listeners.clear()
    this.#stopHearingLife?.()
    this.#tabs?.close()
    this.#attempt?.abort()
    this.#attempt = this.#held = undefined
    this.#heed({ code: 'disposed', reason: 'disposed', failures: 0, backoffMs: 0, blockedMs: Infinity })
    this.#plan()
  }

  /** Alive: due perhaps, but fit to leave this machine. */
  get #alive(): HeldToken | undefined {
    const held = this.#held
    return held && usableMs(held, this.#clock) > 0 ? held : undefined
  }

  /** A final no was heard, and its minute is not over. */
  get #isRefused(): boolean {
    return this.#clock.monotonicMs() < this.#blockedUntilMs && this.#failure?.code !== 'unavailable'
  }

  get #failures(): number {
    return this.#failure?.failures ?? 0
  }

  /**
   * The token where it may leave now, looked at by both clocks. `token()` reads one and relies on a timer for the other; a machine that wakes
   * may run a caller before that timer. A token that is used when a renewal is worthwhile starts one, and nobody waits for it.
   */
  #look(): string | undefined {
    const held = this.#held
    if (!held) return undefined
    const heldForMs = ageMs(held, this.#clock)
    if (heldForMs >= held.aheadAfterMs) {
      this.#isUsed = true
      this.#plan()
    }
    if (heldForMs >= held.dueAfterMs) {
      // Where the issuer is in trouble it leaves for as long as it is alive, else until it is held back for its successor.
      const leastMs = this.#failure ? 0 : this.#config.holdBackMs
      if (this.#isRefused || usableMs(held, this.#clock) <= leastMs) return undefined
      this.#staleServes += 1
    }
    return held.token
  }

  /** A place in the line, unless the issuer has just said no for good. */
  async #wait({ withinMs = this.#config.waitWithinMs, signal }: WaitOptions = {}): Promise<string> {
    if (this.#isRefused) throw this.#error()
    // Whoever waited in vain goes with a token that is due, where it is still alive.
    const onLate = () => this.#alive?.token ?? this.#error()
    const turn = join(this.#line, this.#config.maxWaiting, { withinMs, signal }, this.#clock, onLate)
    if (!this.#config.isIdle?.()) this.wake()
    this.#plan()
    return turn
  }

  #error(): TokenError {
    const blockedMs = this.#blockedUntilMs - this.#clock.monotonicMs()
    const { code, reason } = this.#failure ?? {}
    return new TokenError(this.#isRefused && code ? code : 'unavailable', reason, blockedMs > 0 ? blockedMs : undefined)
  }

  /** Ms until an attempt is wanted and allowed; `Infinity` where none is to come by itself. */
  #startInMs(): number {
    if (this.#attempt) return Infinity
    const { life } = this.#config
    const held = this.#held
    const nowMs = this.#clock.monotonicMs()
    let wishInMs = this.#line.size > 0 ? 0 : Infinity
    // A use is a reason for as long as what was used is alive: afterwards only somebody who waits is one.
    if (wishInMs && (this.#holders > 0 || (this.#isUsed && this.#alive))) {
      wishInMs = held ? held.aheadAfterMs - ageMs(held, this.#clock) : 0
      // A tab that is seen goes first, by 2 s of a life of five minutes: the timers of a hidden one are slowed down.
      if (held && life?.isVisible() === false) wishInMs += held.lifeMs / 150
    }
    const allowedAtMs = freeAtMs(this.#startsAtMs, this.#lifeMs)
    return Math.max(wishInMs, Math.max(this.#backoffUntilMs, this.#blockedUntilMs, allowedAtMs) - nowMs)
  }

  /** The one decision: starts an attempt where one is due, and sets the one timer for when to look again. */
  #plan(): void {
    this.#cancelTimer?.()
    const held = this.#held
    const aheadInMs = held ? held.aheadAfterMs - ageMs(held, this.#clock) : 0
    const startInMs = this.#startInMs()
    this.#quietUntilMs = aheadInMs > 0 ? this.#clock.nowMs() + aheadInMs : 0
    if (startInMs <= 0) return this.#start()
    this.#wishedAtMs = undefined
    // A machine that slept without a word to the page is noticed within this. Far below the 2^31 - 1 ms that a timer can take.
    const lookEveryMs = 30_000
    const lookInMs = Math.min(startInMs, aheadInMs > 0 ? aheadInMs : Infinity)
    if (lookInMs < Infinity) this.#lookAgainIn(Math.min(lookInMs, lookEveryMs))
  }

  #lookAgainIn(delayMs: number): void {
    this.#cancelTimer = this.#clock.startTimer(delayMs, () => this.#plan())
  }

  /** Starts an attempt, unless another tab is at it: then that is waited for, but not for long; its turn may end without a word. */
  #start(): void {
    const { tabs, random } = this.#config
    const nowMs = this.#clock.monotonicMs()
    const [joinedAtMs] = this.#line.values()
    this.#wishedAtMs ??= nowMs
    const patienceMs = patienceUntilMs(this.#wishedAtMs, random, joinedAtMs) - nowMs
    if (tabs && patienceMs > 0) {
      this.#lookAgainIn(Math.min(patienceMs, 1_000))
      // The lock is never queued for: one that nobody gives back must not cost more than our patience.
      if (!this.#turn)
        this.#turn = tabs.locks
          .holdIfFree(tabs.name, async () => {
            // What was wanted when the turn was asked for may have come from another tab since.
            if (this.#startInMs() <= 0) await this.#renew()
          })
          .then(() => (this.#turn = undefined))
    } else void this.#renew()
  }

  async #renew(): Promise<void> {
    const { fetchToken, attemptWithinMs } = this.#config
    const stop = (this.#attempt = new AbortController())
    const before = askedNow(this.#clock)
    const { cause } = this.#outcome()
    this.#noteStart()
    this.#tabs?.post({ type: 'start' })
    this.#emit({ type: 'renewing', cause, attempt: this.#failures, waiting: this.#line.size })
    const answer = await attempt(fetchToken, attemptWithinMs, this.#clock, stop)
    // Another tab was faster, or nobody wants to hear it any more.
    if (this.#attempt !== stop) return
    this.#attempt = undefined
    const tookMs = this.#clock.monotonicMs() - before.monotonicMs
    if (answer.kind !== 'issued') this.#fail(answer, tookMs)
    else if (this.#adopt(holdToken(answer, answer.asked ?? before, cause === 'refused', this.#config), tookMs))
      this.#tell()
    else this.#fail({ kind: 'unavailable', reason: 'came expired' }, tookMs)
    this.#plan()
  }

  #noteStart(): void {
    this.#startsAtMs = withStart(this.#startsAtMs, this.#clock.monotonicMs())
  }

  /** False for a token that is dead on arrival. `tookMs` is absent where another tab got it, or it was at hand. */
  #adopt(held: HeldToken, tookMs?: number): boolean {
    if (!(usableMs(held, this.#clock) > 0)) return false
    const facts = this.#outcome(tookMs)
    const nowMs = this.#clock.monotonicMs()
    const [joinedAtMs = nowMs] = this.#line.values()
    const staleServes = this.#staleServes
    // An attempt of our own is not needed any more where another tab was faster: what it says is not heard.
    this.#attempt?.abort()
    this.#attempt = this.#failure = this.#cause = undefined
    this.#held = held
    this.#lifeMs = held.lifeMs
    this.#isUsed = false
    this.#staleServes = this.#backoffUntilMs = this.#blockedUntilMs = 0
    settleAll(this.#line, held.token)
    this.#emit({
      type: 'renewed',
      ...facts,
      expiresAtMs: held.expiresAtMs,
      waitedMs: nowMs - joinedAtMs,
      skewMs: held.asked.wallMs - held.issuerNowMs,
      staleServes,
    })
    return true
  }

  #outcome(tookMs?: number): OutcomeFacts {
    return {
      cause: this.#cause ?? (this.#line.size > 0 ? 'use' : 'ahead'),
      attempt: this.#failures,
      waiting: this.#line.size,
      tookMs: tookMs ?? 0,
      isShared: tookMs === undefined,
    }
  }

  #fail(failed: FailedAttempt, tookMs = 0): void {
    const failure = failureAfter(
      this.#failures,
      failed,
      this.#line.size > 0 && !this.#config.isIdle?.(),
      this.#config.random,
    )
    this.#tabs?.post({ type: 'fail', ...failure })
    this.#heed(failure, tookMs)
  }

  /** What a failure, here or in another tab, means for those who wait: the token while it is alive, a final no at once, or more patience. */
  #heed(failure: TokenFailure, tookMs?: number): void {
    const nowMs = this.#clock.monotonicMs()
    const isFinal = failure.code !== 'unavailable'
    const facts = this.#outcome(tookMs)
    const served = isFinal ? undefined : this.#alive
    this.#failure = failure
    this.#backoffUntilMs = nowMs + failure.backoffMs
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, nowMs + failure.blockedMs)
    if (served) this.#staleServes += this.#line.size
    if (isFinal || served) settleAll(this.#line, served?.token ?? this.#error())
    this.#emit({ type: 'failed', ...facts, reason: failure.reason, isFinal, isServed: !!served })
  }

  /** Another tab's word. It comes from a page of the same origin, but perhaps of another build: what makes no sense is left aside. */
  #hear(message: TabMessage): void {
    if (message.type === 'ask') this.#tell()
    if (message.type === 'start') {
      this.#noteStart()
      // In the background a renewal that has just begun is waited for anew.
      if (this.#line.size <= 0) this.#wishedAtMs = undefined
    }
    if (message.type === 'fail' && isPlausible(message)) this.#heed(message)
    // The newest by the issuer's clock wins, wherever it was fetched; one that was refused is never taken back.
    if (message.type === 'token' && !this.#refusedTokens.includes(message.token)) {
      const held = this.#alive
      if (!held || message.issuerNowMs > held.issuerNowMs) this.#adopt(heldFrom(message, this.#clock))
    }
    this.#plan()
  }

  #tell(): void {
    const held = this.#alive
    if (held) this.#tabs?.post({ ...held, type: 'token', ageMs: ageMs(held, this.#clock) })
  }

  /** A listener's bug is reported where unhandled rejections go, and must not stop a renewal half-way. */
  #emit(event: TokenEvent): void {
    for (const listener of this.#listeners) void (async () => listener(event))()
  }
}
