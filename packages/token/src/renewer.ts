import { attempt } from './attempt.ts'
import { ageMs, type AskedAt, askedNow, type HeldToken, holdToken, type IssuedToken, isUsable } from './held-token.ts'
import { tell, type TokenListener } from './listeners.ts'
import { RenewalBudget } from './renewal-budget.ts'
import { type RenewerConfig, resolveOptions, type TokenRenewerOptions } from './renewer-options.ts'
import type { RenewerSnapshot } from './renewer-snapshot.ts'
import { heldFrom, isNews, TabLine, type TabMessage } from './tab-line.ts'
import { TokenError } from './token-error.ts'
import type { OutcomeFacts, RenewalCause, TokenEvent } from './token-event.ts'
import { failureAfter, isPlausible, type TokenFailure } from './token-failure.ts'
import { WaitingLine, type WaitOptions } from './waiting-line.ts'

// A new caller, a person who acts or a network that returns may ask ahead of the backoff, but no more often than this.
const eagerEveryMs = 5_000
// A machine that slept without a word to the page is noticed within this.
const lookEveryMs = 30_000

/**
 * Keeps one short-lived bearer token fresh: one renewal in flight however many callers and tabs wait (single-flight), callers served in their
 * order, failures retried with exponential backoff and jitter while somebody wants a token, and never a failed renewal as the remembered state.
 *
 * Whatever happens changes the state and then calls `#plan`, which alone decides whether an attempt starts now or later.
 */
export class TokenRenewer {
  readonly #config: RenewerConfig
  readonly #line: WaitingLine
  readonly #tabs: TabLine | undefined
  readonly #budget = new RenewalBudget()
  readonly #listeners = new Set<TokenListener>()
  readonly #stopHearingLife: (() => void) | undefined
  #held: HeldToken | undefined
  /** Of the newest token, kept after a refusal. */
  #lifeMs: number | undefined
  /** Until here, by the wall clock, nothing is to be done about the held token: all that the fast path reads. */
  #quietUntilMs = 0
  #isUsed = false
  #holders = 0
  #cause: RenewalCause | undefined = 'first'
  #attempt: AbortController | undefined
  #failure: TokenFailure | undefined
  #refusedTokens: readonly string[] = []
  #staleServes = 0
  #startedAtMs = -eagerEveryMs
  /** Where the backoff ends, and where what the issuer demanded ends: the first may be cut short, the second never. Monotonic ms. */
  #backoffUntilMs = 0
  #blockedUntilMs = 0
  #isDisposed = false
  #cancelTimer: (() => void) | undefined

  constructor(options: TokenRenewerOptions) {
    const config = (this.#config = resolveOptions(options))
    this.#line = new WaitingLine(config.clock, config.maxWaiting)
    this.#tabs = config.tabs && new TabLine(config.tabs, (message) => this.#hear(message))
    this.#tabs?.open()
    this.#stopHearingLife = config.life?.subscribe((event) => {
      if (event === 'leaving') {
        this.#attempt?.abort('the page was left')
        this.#tabs?.close()
      } else if (event !== 'hidden' && event !== 'offline') {
        this.#tabs?.open()
        this.wake()
      }
    })
    if (config.initial) this.#adopt(this.#asHeld(config.initial.issued, config.initial.asked, false))
    this.#tell()
  }

  /** The token, where one is held that is not yet due; otherwise `undefined`. Synchronous: no promise, one clock read. */
  token(): string | undefined {
    return this.#config.clock.nowMs() < this.#quietUntilMs ? this.#held?.token : this.#look()
  }

  /** True with no token, with an expired or refused one, and within the buffer before expiry. */
  isTokenExpiredOrExpiring(): boolean {
    return !this.#held || ageMs(this.#held, this.#config.clock) >= this.#held.dueAfterMs
  }

  /** Resolves once a valid token is held; at once where there is one. @throws {TokenError} */
  async ensureValidToken(options?: WaitOptions): Promise<void> {
    await this.validToken(options)
  }

  /** The token, at once where it is valid, else after the renewal that all callers share. @throws {TokenError} */
  async validToken(options?: WaitOptions): Promise<string> {
    return this.#look() ?? this.#wait(options)
  }

  /** Renews now, whatever the state of the held token; joins a renewal that is under way. @throws {TokenError} */
  async refresh(options?: WaitOptions): Promise<void> {
    const before = this.#held
    this.#cause ??= 'manual'
    await this.#wait(options, true)
    // A caller may have been served with the token that is still valid; here that is no success.
    if (before && before === this.#held) throw this.#error()
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
    if (held.isAfterRefusal && ageMs(held, this.#config.clock) < 30_000) this.#fail('rejected', 'refused again')
    this.#plan()
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
    options?: WaitOptions,
  ): Promise<Answer> {
    const token = this.#look() ?? (await this.#wait(options))
    const answer = await send(token)
    if (!isTokenRefusal(answer)) return answer
    this.reportRefused(token)
    return send(await this.validToken(options))
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
    this.#backoffUntilMs = Math.min(this.#backoffUntilMs, this.#startedAtMs + eagerEveryMs)
    this.#plan()
  }

  /** Hears what happens; a listener is called after the state has changed. Returns the unsubscribe. */
  subscribe(listener: TokenListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  snapshot(): RenewerSnapshot {
    const waitMs = this.#startInMs()
    return {
      phase: this.#attempt ? 'renewing' : this.#failure && waitMs < Infinity ? 'waiting' : 'resting',
      waitMs,
      waiting: this.#line.length,
      failures: this.#failures,
      expiresAtMs: this.#held?.expiresAtMs,
    }
  }

  /** Stops everything; callers that wait get `disposed`. */
  dispose(): void {
    this.#isDisposed = true
    this.#attempt?.abort()
    this.#stopHearingLife?.()
    this.#tabs?.close()
    this.#held = undefined
    this.#line.settleAll(new TokenError('disposed'))
    this.#listeners.clear()
    this.#plan()
  }

  get #failures(): number {
    return this.#failure?.failures ?? 0
  }

  /**
   * The token where it is not due, looked at by both clocks. `token()` reads one and relies on a timer for the other; a machine that wakes may
   * run a caller before that timer. A token that is used when a renewal ahead of time is worthwhile starts one, and nobody waits for it.
   */
  #look(): string | undefined {
    const held = this.#held
    if (!held) return undefined
    const heldForMs = ageMs(held, this.#config.clock)
    if (heldForMs >= held.aheadAfterMs) {
      this.#isUsed = true
      this.#plan()
    }
    return heldForMs < held.dueAfterMs ? held.token : undefined
  }

  #wait({ withinMs = this.#config.waitWithinMs, signal }: WaitOptions = {}, isByHand = false): Promise<string> {
    if (this.#isDisposed) return Promise.reject(new TokenError('disposed'))
    const isBlocked = this.#config.clock.monotonicMs() < this.#blockedUntilMs
    if (isBlocked && this.#failure && this.#failure.code !== 'unavailable') return Promise.reject(this.#error())
    const held = this.#alive
    if (this.#failure && !isByHand && held) {
      // The issuer is in trouble and the token still valid: nobody waits for what may not come.
      this.#staleServes += 1
      this.wake()
      return Promise.resolve(held.token)
    }
    // Whoever waited in vain goes with a token that is due, where it is still alive.
    const turn = this.#line.join(withinMs, signal, () => this.#alive?.token ?? this.#error())
    this.wake()
    return turn
  }

  get #alive(): HeldToken | undefined {
    return this.#held && isUsable(this.#held, this.#config.clock) ? this.#held : undefined
  }

  #error(): TokenError {
    const blockedMs = this.#blockedUntilMs - this.#config.clock.monotonicMs()
    return new TokenError(this.#failure?.code ?? 'unavailable', {
      cause: this.#failure?.reason,
      retryAfterMs: blockedMs > 0 ? blockedMs : undefined,
    })
  }

  /** Ms until an attempt is wanted and allowed; `Infinity` where none is to come by itself. */
  #startInMs(): number {
    if (this.#attempt || this.#isDisposed) return Infinity
    const { clock, life } = this.#config
    const held = this.#held
    const nowMs = clock.monotonicMs()
    let wishInMs = this.#line.length > 0 ? 0 : Infinity
    // A use is a reason for as long as what was used is alive: afterwards only somebody who waits is one.
    if (wishInMs && (this.#holders > 0 || (this.#isUsed && this.#alive))) {
      wishInMs = held ? held.aheadAfterMs - ageMs(held, clock) : 0
      // A tab that is seen goes first: the timers of a hidden one are slowed down.
      if (held && life?.isVisible() === false) wishInMs += Math.min(2_000, (held.dueAfterMs - held.aheadAfterMs) / 4)
    }
    const budgetAtMs = this.#budget.freeAtMs(nowMs, this.#lifeMs)
    return Math.max(wishInMs, Math.max(this.#backoffUntilMs, this.#blockedUntilMs, budgetAtMs) - nowMs)
  }

  /** The one decision: starts an attempt where one is due, and sets the one timer for when to look again. */
  #plan(): void {
    this.#cancelTimer?.()
    const { clock } = this.#config
    const held = this.#held
    const startInMs = this.#startInMs()
    let lookInMs = Math.min(startInMs, this.#holders > 0 ? lookEveryMs : Infinity)
    if (held && this.#quietUntilMs > 0) {
      const aheadInMs = held.aheadAfterMs - ageMs(held, clock)
      if (aheadInMs > 0) lookInMs = Math.min(lookInMs, aheadInMs)
      else this.#quietUntilMs = 0
    }
    if (startInMs <= 0) return this.#start()
    this.#tabs?.endClaim()
    if (lookInMs < Infinity && !this.#isDisposed) this.#lookAgainIn(lookInMs)
  }

  #lookAgainIn(delayMs: number): void {
    this.#cancelTimer = this.#config.clock.startTimer(delayMs, () => this.#plan())
  }

  /** Starts an attempt, unless another tab is at it: then that is waited for, but not for long; its turn may end without a word. */
  #start(): void {
    const patienceMs = this.#tabs?.patienceMs(this.#config.clock.monotonicMs(), this.#line.headJoinedAtMs) ?? 0
    if (patienceMs > 0) {
      this.#lookAgainIn(Math.min(patienceMs, 1_000))
      this.#tabs?.takeTurn(async () => {
        // What was wanted when the turn was asked for may have come from another tab since.
        if (this.#startInMs() <= 0) await this.#renew()
      })
    } else void this.#renew()
  }

  async #renew(): Promise<void> {
    const { clock, fetchToken, attemptWithinMs } = this.#config
    const stop = (this.#attempt = new AbortController())
    const before = askedNow(clock)
    const { cause } = this.#outcome(0)
    this.#noteStart()
    this.#tabs?.post({ type: 'start', atMs: clock.nowMs() })
    this.#emit({ type: 'renewing', cause, attempt: this.#failures, waiting: this.#line.length })
    const answer = await attempt(fetchToken, attemptWithinMs, clock, stop)
    // Another tab was faster, or nobody wants to hear it any more.
    if (this.#attempt !== stop || this.#isDisposed) return
    this.#attempt = undefined
    const tookMs = clock.monotonicMs() - before.monotonicMs
    if (answer.kind !== 'issued') this.#fail(answer.kind, answer.reason, answer.retryAfterMs, tookMs)
    else if (this.#adopt(this.#asHeld(answer, answer.asked ?? before, cause === 'refused'), tookMs)) this.#tell()
    else this.#fail('unavailable', 'expired on arrival', undefined, tookMs)
    this.#plan()
  }

  #asHeld(issued: IssuedToken, asked: AskedAt, isAfterRefusal: boolean): HeldToken {
    const { random, bufferMs } = this.#config
    return holdToken(issued, { asked, isAfterRefusal, fraction: random.fraction() }, bufferMs)
  }

  #noteStart(): void {
    this.#startedAtMs = this.#config.clock.monotonicMs()
    this.#budget.spend(this.#startedAtMs)
  }

  /** False for a token that is dead on arrival. `tookMs` is absent where another tab got it, or it was at hand. */
  #adopt(held: HeldToken, tookMs?: number): boolean {
    const { clock } = this.#config
    if (!isUsable(held, clock)) return false
    const facts = this.#outcome(tookMs)
    const nowMs = clock.monotonicMs()
    const waitedMs = nowMs - (this.#line.headJoinedAtMs ?? nowMs)
    const staleServes = this.#staleServes
    const { asked, expiresAtMs } = held
    this.#held = held
    this.#lifeMs = held.lifeMs
    this.#quietUntilMs = asked.wallMs + held.aheadAfterMs
    this.#failure = this.#cause = undefined
    this.#tabs?.endClaim()
    this.#isUsed = false
    this.#staleServes = this.#backoffUntilMs = this.#blockedUntilMs = 0
    this.#line.settleAll(held.token)
    this.#emit({
      type: 'renewed',
      ...facts,
      expiresAtMs,
      waitedMs,
      skewMs: asked.wallMs - held.issuerNowMs,
      staleServes,
    })
    this.#plan()
    return true
  }

  #outcome(tookMs?: number): OutcomeFacts {
    return {
      cause: this.#cause ?? (this.#line.length > 0 ? 'use' : 'ahead'),
      attempt: this.#failures,
      waiting: this.#line.length,
      tookMs: tookMs ?? 0,
      isShared: tookMs === undefined,
    }
  }

  #fail(code: TokenFailure['code'], reason: string, retryAfterMs?: number, tookMs = 0): void {
    const isInUse = this.#line.length > 0
    const failure = failureAfter(this.#failures, { code, reason, retryAfterMs, isInUse }, this.#config.random)
    this.#tabs?.post({ type: 'fail', atMs: this.#config.clock.nowMs(), ...failure })
    this.#heed(failure, tookMs)
  }

  /** What a failure, here or in another tab, means for those who wait: the token while it is valid, a final no at once, or more patience. */
  #heed(failure: TokenFailure, tookMs?: number): void {
    const nowMs = this.#config.clock.monotonicMs()
    const isFinal = failure.code !== 'unavailable'
    const facts = this.#outcome(tookMs)
    const usable = isFinal ? undefined : this.#alive?.token
    this.#failure = failure
    this.#backoffUntilMs = nowMs + failure.backoffMs
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, nowMs + failure.blockedMs)
    if (usable !== undefined) this.#staleServes += this.#line.length
    if (isFinal || usable !== undefined) this.#line.settleAll(usable ?? this.#error())
    this.#emit({ type: 'failed', ...facts, reason: failure.reason, isFinal, isServed: usable !== undefined })
  }

  /** Another tab's word. It comes from a page of the same origin, but perhaps of another build: what makes no sense is left aside. */
  #hear(message: TabMessage | null | undefined): void {
    const { clock } = this.#config
    if (message?.type === 'ask') this.#tell()
    if (message?.type === 'token') this.#hearToken(message)
    if (message?.type === 'start' && isNews(message, clock)) this.#noteStart()
    if (message?.type === 'fail' && isNews(message, clock) && isPlausible(message)) this.#heed(message)
    this.#plan()
  }

  /** The newest by the issuer's clock wins, wherever it was fetched. */
  #hearToken(message: TabMessage & { type: 'token' }): void {
    const { clock, bufferMs } = this.#config
    const held = this.#alive
    const isNewer = !held || message.issuerNowMs > held.issuerNowMs
    if (!isNewer || !message.token || this.#refusedTokens.includes(message.token)) return
    // An attempt of our own is not needed any more: what it says is not heard.
    const stop = this.#attempt
    this.#attempt = undefined
    if (this.#adopt(heldFrom(message, clock, bufferMs))) stop?.abort()
    else this.#attempt = stop
  }

  #tell(): void {
    const held = this.#alive
    const { clock } = this.#config
    if (held) this.#tabs?.post({ ...held, type: 'token', askedAtMs: clock.nowMs() - ageMs(held, clock) })
  }

  #emit(event: TokenEvent): void {
    tell(this.#listeners, event, this.#config.clock)
  }
}
