import type { SimClock } from '@helvino/testkit'
import type { Flight } from './flight.ts'
import type { GroupWatch } from './group-watch.ts'
import type { IssuedRecord } from './issuer-model.ts'
import { isUsable, type KnownToken } from './known-token.ts'
import type { Moment } from './machine.ts'
import { RenewalRate } from './renewal-rate.ts'

const minuteMs = 60_000

/** One tab's wait for a token. */
export interface Wait {
  readonly joinedAtMs: number
  /** Nothing to blame the tab for: it has asked itself, it is in a backoff, or it did not run all the time. */
  isExcused: boolean
  /** Something has happened that ends every wait at once. */
  mustEndByMs: number
  /** When it came, as many waited as may. */
  readonly hasFoundFull: boolean
}

/** Knows what one tab's renewer has been told, and holds what it does against that: I4, I5, I6, I7, I8. */
export class TabWatch {
  readonly name: string
  readonly clock: SimClock
  readonly group: GroupWatch
  readonly waits = new Set<Wait>()
  holders = 0
  /** Since when somebody holds on to a fresh token, in ms of the timeline. */
  heldSinceMs = Infinity
  /** In the last stretch of this length, in ms, it keeps a token back for its successor; not where the issuer is in trouble. */
  holdBackMs = 0
  isInTrouble = false
  /** The last that it heard is a final no: by itself it asks again ever more rarely, up to an hour later. */
  isGivenUp = false
  isFrozen = false
  isGone = false
  isHidden = false
  /** Its timers run once a minute only: whatever waits for one may wait so much longer. */
  isThrottled = false
  /** Since when the tab has run without a break, in ms of the timeline. */
  evenSinceMs: number
  /** A token was taken so late in its life that a renewal in the background is right. */
  hasUsedLate = false
  /** Refusals seen since the last renewal that came to something. */
  refusals = 0
  readonly #openedAtMs: number
  readonly #rate: RenewalRate
  readonly #refused = new Set<string>()
  #newest: KnownToken | undefined
  #flight: Flight | undefined
  #cause: string | undefined
  /** The last token that it fetched itself, and why. */
  #told: KnownToken | undefined
  #toldCause: string | undefined
  /** By the tab's monotonic clock, which may stand still while the machine sleeps: the wait is then longer than it must be. */
  #blockedUntilMs = -Infinity

  constructor(name: string, clock: SimClock, group: GroupWatch) {
    this.name = name
    this.clock = clock
    this.group = group
    this.evenSinceMs = this.#openedAtMs = group.nowMs
    this.#rate = new RenewalRate(group.terms.lifeMs)
  }

  get isAwake(): boolean {
    return !this.isGone && !this.isFrozen && !this.group.terms.machine.isAsleep
  }

  /** How long the first of those who wait has waited; `undefined` where nobody waits. */
  get oldestWaitMs(): number | undefined {
    const [oldest] = this.waits
    return oldest && this.group.nowMs - oldest.joinedAtMs
  }

  /** How long the issuer still wants to be left alone; below 0 where that is over. */
  get blockedMs(): number {
    return this.#blockedUntilMs - this.clock.monotonicMs()
  }

  /** For how long a renewal of its own has been in flight; `undefined` where there is none. */
  get flightMs(): number | undefined {
    return this.#flight && this.group.nowMs - this.#flight.startedAtMs
  }

  get newest(): KnownToken | undefined {
    return this.#newest
  }

  /** The tab freezes, wakes, is throttled, or its machine sleeps: its waits may take longer than they should. */
  disturb(): void {
    this.evenSinceMs = this.group.nowMs
    for (const wait of this.waits) wait.isExcused = true
    this.group.disturb()
    if (!this.isAwake) this.group.interrupt(this)
  }

  violate(rule: string, what: string): void {
    this.group.terms.violations.add(rule, `${this.name} ${what}`)
  }

  /** `fetchToken` is called. */
  startRenewal(cause: string | undefined): Flight {
    const { group } = this
    if (this.#flight) this.violate('I5', 'renews beside itself')
    if (this.isGone) this.violate('I6', 'renews though it is gone')
    const isWanted =
      this.holders > 0 || this.waits.size > 0 || (this.hasUsedLate && group.mayHoldAged(group.terms.lifeMs))
    if (!isWanted) this.violate('idle', `renews (${cause ?? 'unknown cause'}) though nobody wants a token`)
    if (cause === 'refused' && this.refusals === 0) this.violate('I8', 'renews for a refusal that nobody saw')
    if (cause === 'ahead') this.#noteAhead()
    const hasHeard = this.evenSinceMs === this.#openedAtMs && group.nowMs > this.#openedAtMs
    if (cause === 'first' && hasHeard && group.isHeldByOther(this))
      this.violate('I5', 'asks for what another tab holds')
    const excess = this.#rate.excess(this.clock.monotonicMs())
    if (excess > 0) this.violate('I7', `sends ${excess} renewals within a minute`)
    if (this.blockedMs > 0) this.violate('I8', `asks ${this.blockedMs} ms before the issuer's word`)
    for (const wait of this.waits) wait.isExcused = true
    this.#flight = group.start(this)
    this.#cause = cause
    return this.#flight
  }

  endRenewal(flight: Flight): void {
    if (this.#flight !== flight) return
    const tookMs = this.flightMs ?? 0
    if (tookMs > 10_000 && this.evenSinceMs < flight.startedAtMs && !this.isThrottled)
      this.violate('late', `waits for the issuer for ${tookMs} ms`)
    this.#flight = undefined
    this.group.end(flight)
  }

  /** The issuer's answer has come to the tab. */
  hearIssued(record: IssuedRecord, asked: Moment, isLate: boolean): void {
    this.#told = this.group.tell(this, record, asked, isLate)
    this.#toldCause = this.#cause
    if (!isLate) this.#blockedUntilMs = -Infinity
  }

  hearLater(retryAfterMs: number): void {
    this.#block(Math.min(3_600_000, Math.max(1_000, retryAfterMs)))
  }

  hearFinalNo(): void {
    this.group.finalNoAtMs = this.group.terms.machine.now().monotonicMs
    this.#block(minuteMs)
  }

  /** A newer token is held: what was said before no longer counts. */
  noteRenewed(isShared: boolean): void {
    this.isGivenUp = false
    this.hasUsedLate = false
    this.refusals = 0
    if (!isShared) return
    this.#blockedUntilMs = -Infinity
    this.group.unblock(this)
  }

  /** Somebody asks the renewer for its token. */
  noteUse(): void {
    this.hasUsedLate ||= this.group.mayHoldAged(Infinity)
  }

  /** The renewer hands out `token`: to a caller, to a request, or because somebody looked. */
  give(token: string, how: string): void {
    const { machine } = this.group.terms
    const known = this.group.known.get(token)
    if (!known) {
      this.violate('tenant', `${how} a token that nobody here was told`)
      return
    }
    const ageMs = machine.sinceMs(known.asked)
    if (this.#isMisled(known)) return
    if (how === 'shows') this.#checkShown(known)
    else if (ageMs >= known.unusableAfterMs)
      this.violate('I4', `${how} a token ${ageMs} ms old of ${known.record.lifeMs} ms`)
    if (known.isLate) this.violate('late', `${how} a token that came after its attempt was given up`)
    if (this.#refused.has(token)) this.violate('I8', `${how} a token that was refused before`)
    this.#checkOrder(known, how)
  }

  /** The server has refused `token`. Refused right after it was fetched for that very reason: fetching one more would not help. */
  noteRefused(token: string, isHeld: boolean): void {
    this.refusals += 1
    this.group.hasRefused = true
    this.#refused.add(token)
    if (!isHeld || this.#told?.record.token !== token || this.#toldCause !== 'refused') return
    if (this.group.terms.machine.sinceMs(this.#told.asked) < 30_000) this.#block(minuteMs)
  }

  hasSeenRefused(token: string): boolean {
    return this.#refused.has(token)
  }

  /** Whoever waits has to be told, now. */
  endWaits(): void {
    for (const wait of this.waits) wait.mustEndByMs = Math.min(wait.mustEndByMs, this.group.nowMs)
  }

  #block(forMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, this.clock.monotonicMs() + forMs)
    this.group.block(this, forMs)
  }

  /**
   * A tab was stopped, or its channel slow, while another one fetched the token, and the wall clock has been set back since: on waking it hears of the token, and none
   * of its clocks tells that this was long ago. It may tell others.
   */
  #isMisled(known: KnownToken): boolean {
    const { machine } = this.group.terms
    const hasHeardLate = this.group.disturbedAtMs >= known.toldAtMs || !machine.isConnected
    return machine.setBackAtMs >= known.toldAtMs && hasHeardLate
  }

  /** One read of the wall clock, and a timer on the other: that one may be late in a throttled tab, on waking, and at its very moment. */
  #checkShown({ asked, dueAfterMs, unusableAfterMs }: KnownToken): void {
    const now = this.group.terms.machine.now()
    const endAfterMs = this.isInTrouble ? unusableAfterMs : Math.max(dueAfterMs, unusableAfterMs - this.holdBackMs)
    const byWallMs = now.wallMs - asked.wallMs
    const byMonotonicMs = now.monotonicMs - asked.monotonicMs
    if (
      byWallMs >= endAfterMs ||
      (byMonotonicMs > endAfterMs && !this.isThrottled && this.evenSinceMs < this.group.nowMs)
    )
      this.violate('I4', `shows a token that may not leave, ${byWallMs} and ${byMonotonicMs} ms old`)
  }

  #noteAhead(): void {
    const held = this.#newest
    if (!held || !isUsable(held, this.group.terms.machine)) return
    if (this.group.isEven) this.group.ahead.add(held)
  }

  #checkOrder(known: KnownToken, how: string): void {
    const newest = this.#newest
    const isOlder =
      newest !== undefined &&
      known.record.issuedAtMs < newest.record.issuedAtMs &&
      known.record.order < newest.record.order
    if (!isOlder) this.#newest = known
    else if (isUsable(newest, this.group.terms.machine) && !this.#refused.has(newest.record.token))
      this.violate('newest', `${how} ${known.record.token} after ${newest.record.token}`)
    else this.#newest = known
  }
}
