import { backoffMs } from '@helvino/runtime'
import { attempt } from './attempt.ts'
import { askedNow, type AskedAt, HeldToken, type IssuedToken } from './held-token.ts'
import { RenewalBudget } from './renewal-budget.ts'
import { type RenewerConfig, resolveOptions, type TokenAnswer, type TokenRenewerOptions } from './renewer-options.ts'
import { TokenError } from './token-error.ts'
import type { RenewalCause, TokenEvent } from './token-event.ts'
import { WaitingLine } from './waiting-line.ts'

/** A caller's own terms of waiting. */
export interface WaitOptions {
  /** Turned away with `unavailable` after this, in ms; the renewer's `waitWithinMs` where absent. */
  readonly withinMs?: number
  readonly signal?: AbortSignal
}

/** What the renewer is doing. */
export type RenewerPhase =
  | { readonly phase: 'resting' }
  | { readonly phase: 'renewing'; readonly cause: RenewalCause; readonly attempt: number }
  /** The next attempt starts at `atMs` (monotonic). */
  | { readonly phase: 'waiting'; readonly attempt: number; readonly atMs: number }
  | { readonly phase: 'disposed' }

// A person who acts, or a network that returns, may ask ahead of the backoff, but no more often than this.
const eagerEveryMs = 5_000
// A final no, and a token that is refused straight after it was renewed for that reason, are asked about once a minute.
const refusedForMs = 60_000
const forcedAgainWithinMs = 30_000
const longestRetryAfterMs = 3_600_000

/**
 * Keeps one short-lived bearer token fresh: one renewal in flight however many callers wait (single-flight), callers served in their order,
 * failures retried with exponential backoff and jitter while somebody wants a token, and never a failed renewal as the remembered state.
 */
export class TokenRenewer {
  readonly #config: RenewerConfig
  readonly #line: WaitingLine
  readonly #budget = new RenewalBudget()
  readonly #listeners = new Set<(event: TokenEvent) => void>()
  readonly #disposal = new AbortController()
  #held: HeldToken | undefined
  #lifeMs: number | undefined
  /** The held token while nothing is known against it; the fast path reads nothing else. */
  #fresh: string | undefined
  #freshUntilWallMs = 0
  #phase: RenewerPhase = { phase: 'resting' }
  #cause: RenewalCause = 'first'
  #failures = 0
  #lastFailure: { readonly code: 'unavailable' | 'refused' | 'rejected'; readonly reason: string } | undefined
  #startedAtMs = -eagerEveryMs
  /** Where the backoff ends, and where what the issuer demanded ends: the first may be cut short, the second never. Monotonic ms. */
  #backoffUntilMs = 0
  #blockedUntilMs = 0
  #holders = 0
  #cancelRetry: (() => void) | undefined
  #cancelDue: (() => void) | undefined
  #cancelAhead: (() => void) | undefined

  constructor(options: TokenRenewerOptions) {
    this.#config = resolveOptions(options)
    this.#line = new WaitingLine(this.#config.clock, this.#config.maxWaiting)
    if (options.initial) this.#adopt(options.initial.issued, options.initial.asked, 'first')
  }

  /** The token, where one is held that is not yet due; otherwise `undefined`. Synchronous: no promise, one clock read. */
  token(): string | undefined {
    return this.#config.clock.nowMs() < this.#freshUntilWallMs ? this.#fresh : undefined
  }

  /** True with no token, with an expired or refused one, and within the buffer before expiry. */
  isTokenExpiredOrExpiring(): boolean {
    return this.token() === undefined
  }

  /** Resolves once a valid token is held; at once where there is one. @throws {TokenError} */
  async ensureValidToken(options: WaitOptions = {}): Promise<void> {
    await this.validToken(options)
  }

  /** The token, at once where it is valid, else after the renewal that all callers share. @throws {TokenError} */
  validToken(options: WaitOptions = {}): Promise<string> {
    const token = this.#sendable()
    return token === undefined ? this.#wait('use', options) : Promise.resolve(token)
  }

  /** Renews now, whatever the state of the held token; joins a renewal that is under way. @throws {TokenError} */
  async refresh(options: WaitOptions = {}): Promise<void> {
    const before = this.#held
    await this.#wait('manual', options)
    // A caller may have been served with the token that is still valid; here that is no success.
    if (before && before === this.#held) throw this.#failure()
  }

  /**
   * Tells that a server refused `token`. Forces one renewal; a late refusal of a token that is held no longer forces nothing. A token that
   * is refused right after it was forced ends the matter for a minute: renewing again would not help.
   */
  reportRefused(token: string): void {
    const held = this.#held
    this.#emit({ type: 'refused', isLate: held?.token !== token })
    if (held?.token !== token) return
    this.#held = this.#fresh = undefined
    this.#cause = 'refused'
    const nowMs = this.#config.clock.monotonicMs()
    if (held.isAfterRefusal && nowMs - held.asked.monotonicMs < forcedAgainWithinMs)
      this.#giveUp('rejected', 'the renewed token was refused', nowMs)
    else if (this.#holders > 0) this.#demand()
  }

  /**
   * Sends with the token, read at that moment. Where the answer says that the token was refused, renews once and sends once more; the second
   * answer stands. `send` must be safe to repeat: the same idempotency key, a body that can be sent again.
   *
   * @throws {TokenError} where no token could be had; whatever `send` throws.
   */
  async withToken<Answer>(
    send: (token: string) => Promise<Answer>,
    isTokenRefusal: (answer: Answer) => boolean,
    options: WaitOptions = {},
  ): Promise<Answer> {
    const token = this.#sendable() ?? (await this.validToken(options))
    const answer = await send(token)
    if (!isTokenRefusal(answer)) return answer
    this.reportRefused(token)
    return send(this.#sendable() ?? (await this.validToken(options)))
  }

  /** Keeps the token fresh ahead of time until the returned release is called: for as long as something is live that must not wait. */
  hold(): () => void {
    let isHeld = true
    this.#holders += 1
    if (this.token() === undefined) this.#demand()
    else this.#armAhead()
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#holders -= 1
      if (this.#holders === 0) this.#cancelAhead?.()
    }
  }

  /** Something happened that makes an attempt worthwhile (network back, page seen again, a person acted): waits no longer than it must. */
  wake(): void {
    if (this.#isWanted() && (this.#failures > 0 || this.token() === undefined)) this.#demand()
  }

  /** Hears what happens; a listener is called after the state has changed. Returns the unsubscribe. */
  subscribe(listener: (event: TokenEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  snapshot(): { readonly phase: RenewerPhase; readonly waiting: number; readonly failures: number } {
    return { phase: this.#phase, waiting: this.#line.length, failures: this.#failures }
  }

  /** Stops everything; callers that wait get `disposed`. */
  dispose(): void {
    this.#phase = { phase: 'disposed' }
    this.#disposal.abort()
    this.#cancelRetry?.()
    this.#cancelDue?.()
    this.#cancelAhead?.()
    this.#held = this.#fresh = undefined
    this.#line.turnAway(new TokenError('disposed'))
    this.#listeners.clear()
  }

  /**
   * The token, looked at by both clocks. `token()` reads one and relies on a timer for the other; a machine that wakes may run a caller before
   * that timer, and where its wall clock was set back too, only this sees that the token is dead.
   */
  #sendable(): string | undefined {
    if (!this.#held?.isUsable(this.#config.clock)) this.#fresh = undefined
    return this.token()
  }

  #wait(cause: RenewalCause, { withinMs = this.#config.waitWithinMs, signal }: WaitOptions): Promise<string> {
    if (this.#phase.phase === 'disposed') return Promise.reject(new TokenError('disposed'))
    const { clock } = this.#config
    if (this.#lastFailure && this.#lastFailure.code !== 'unavailable' && clock.monotonicMs() < this.#blockedUntilMs)
      return Promise.reject(this.#failure())
    if (cause === 'use' && this.#failures > 0 && this.#held?.isUsable(clock)) {
      // The issuer is in trouble and the token still valid: nobody waits for what may not come.
      this.#demand()
      return Promise.resolve(this.#held.token)
    }
    const turn = this.#line.join(withinMs, signal, () => this.#failure())
    if (this.#line.length > 0) {
      if (this.#cause === 'use' || this.#cause === 'ahead') this.#cause = cause
      this.#demand()
    }
    return turn
  }

  #failure(): TokenError {
    const blockedMs = this.#blockedUntilMs - this.#config.clock.monotonicMs()
    return new TokenError(this.#lastFailure?.code ?? 'unavailable', {
      cause: this.#lastFailure?.reason,
      retryAfterMs: blockedMs > 0 ? blockedMs : undefined,
    })
  }

  #isWanted(): boolean {
    return this.#line.length > 0 || this.#holders > 0
  }

  /** Somebody wants a token now: starts an attempt as soon as backoff, budget and the issuer's own word allow. */
  #demand(): void {
    this.#scheduleAt(Math.min(this.#backoffUntilMs, this.#startedAtMs + eagerEveryMs))
  }

  #scheduleAt(wishedAtMs: number): void {
    if (this.#phase.phase === 'renewing' || this.#phase.phase === 'disposed') return
    const nowMs = this.#config.clock.monotonicMs()
    const atMs = Math.max(
      this.#failures > 0 ? wishedAtMs : nowMs,
      this.#blockedUntilMs,
      this.#budget.freeAtMs(nowMs, this.#lifeMs),
    )
    this.#cancelRetry?.()
    if (atMs <= nowMs) {
      void this.#renew()
      return
    }
    this.#phase = { phase: 'waiting', attempt: this.#failures, atMs }
    this.#cancelRetry = this.#config.clock.startTimer(atMs - nowMs, () => {
      this.#phase = { phase: 'resting' }
      if (this.#isWanted()) void this.#renew()
    })
  }

  async #renew(): Promise<void> {
    const { clock, fetchToken, attemptWithinMs } = this.#config
    const asked = askedNow(clock)
    const cause = this.#cause
    const attemptNumber = this.#failures
    this.#startedAtMs = asked.monotonicMs
    this.#budget.spend(asked.monotonicMs)
    this.#phase = { phase: 'renewing', cause, attempt: attemptNumber }
    this.#emit({ type: 'renewing', cause, attempt: attemptNumber, waiting: this.#line.length })
    const answer = await attempt(fetchToken, attemptWithinMs, clock, this.#disposal.signal)
    if (this.#disposal.signal.aborted) return
    this.#phase = { phase: 'resting' }
    const waiting = this.#line.length
    if (answer.kind === 'issued' && this.#adopt(answer, answer.asked ?? asked, cause)) {
      const tookMs = clock.monotonicMs() - asked.monotonicMs
      const { expiresAtMs } = answer
      const waitedMs = waiting > 0 ? tookMs : 0
      const skewMs = clock.nowMs() - answer.issuerNowMs
      this.#line.serve(answer.token)
      this.#emit({
        ...{ type: 'renewed', cause, attempt: attemptNumber, expiresAtMs, tookMs, waiting },
        ...{ waitedMs, skewMs, isShared: false, staleServes: 0 },
      })
    } else {
      this.#fail(answer, cause, waiting, clock.monotonicMs() - asked.monotonicMs)
    }
  }

  /** False for a token that is dead on arrival. */
  #adopt(issued: IssuedToken, asked: AskedAt, cause: RenewalCause): boolean {
    const { clock, bufferMs } = this.#config
    const held = new HeldToken(issued, asked, bufferMs, cause === 'refused')
    // Written so that NaN, from a clock or claim that made no sense, is refused too.
    if (!(held.lifeMs > 0) || !held.isUsable(clock)) return false
    this.#held = held
    this.#lifeMs = held.lifeMs
    this.#fresh = held.token
    this.#freshUntilWallMs = asked.wallMs + held.dueAfterMs
    this.#cause = 'use'
    this.#failures = 0
    this.#lastFailure = undefined
    this.#blockedUntilMs = 0
    this.#cancelDue?.()
    this.#cancelDue = clock.startTimer(held.dueAfterMs - (clock.monotonicMs() - asked.monotonicMs), () => {
      this.#fresh = undefined
    })
    this.#armAhead()
    return true
  }

  #armAhead(): void {
    this.#cancelAhead?.()
    const held = this.#held
    if (!held || this.#holders === 0) return
    const { clock, random } = this.#config
    const inMs = held.aheadAfterMs(random.fraction()) - (clock.monotonicMs() - held.asked.monotonicMs)
    this.#cancelAhead = clock.startTimer(Math.max(0, inMs), () => {
      if (this.#phase.phase === 'resting') this.#cause = 'ahead'
      this.#demand()
    })
  }

  #fail(answer: TokenAnswer, cause: RenewalCause, waiting: number, tookMs: number): void {
    const { clock, random } = this.#config
    const nowMs = clock.monotonicMs()
    const attemptNumber = this.#failures
    const reason = answer.kind === 'issued' ? 'the token was expired on arrival' : answer.reason
    const usable = answer.kind === 'refused' || !this.#held?.isUsable(clock) ? undefined : this.#held.token
    if (answer.kind === 'refused') this.#giveUp('refused', reason, nowMs)
    else {
      this.#lastFailure = { code: 'unavailable', reason }
      if (answer.kind === 'unavailable' && answer.retryAfterMs !== undefined)
        this.#blockedUntilMs = nowMs + Math.min(longestRetryAfterMs, Math.max(1_000, answer.retryAfterMs))
      if (usable !== undefined) this.#line.serve(usable)
      const isInUse = this.#line.length > 0
      this.#backoffUntilMs =
        nowMs + backoffMs(this.#failures, isInUse ? 1_000 : 10_000, isInUse ? 30_000 : 300_000, random)
      this.#failures += 1
      if (this.#isWanted()) this.#scheduleAt(this.#backoffUntilMs)
    }
    const isFinal = answer.kind === 'refused'
    this.#emit({
      type: 'failed',
      cause,
      attempt: attemptNumber,
      tookMs,
      reason,
      isFinal,
      isServed: usable !== undefined,
      waiting,
    })
  }

  /** No for now: everybody who waits is told so, and for a minute nobody asks. */
  #giveUp(code: 'refused' | 'rejected', reason: string, nowMs: number): void {
    this.#lastFailure = { code, reason }
    this.#failures += 1
    this.#blockedUntilMs = nowMs + refusedForMs
    this.#line.turnAway(this.#failure())
    // Whoever waits may ask again after a minute; by itself this asks ever more rarely, and no fleet asks in step.
    if (this.#holders > 0)
      this.#scheduleAt(nowMs + backoffMs(this.#failures - 1, 2 * refusedForMs, 3_600_000, this.#config.random))
  }

  #emit(event: TokenEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A listener's bug is reported where uncaught errors go, and must not stop a renewal half-way.
        this.#config.clock.startTimer(0, () => {
          throw error
        })
      }
    }
  }
}
