import { AheadPoints } from './ahead-points.ts'
import type { Flight, RenewingTab } from './flight.ts'
import type { GroupTerms } from './group-terms.ts'
import type { IssuedRecord } from './issuer-model.ts'
import { type KnownToken, knownToken } from './known-token.ts'
import type { Moment } from './machine.ts'
import { RenewalRate } from './renewal-rate.ts'

// Whatever takes no time in the real world takes a few events here.
const slackMs = 50
const minuteMs = 60_000
/** How long a renewal in the background waits for that of another tab. */
const longestPatienceMs = 10_000
const nothing = () => undefined

/** All tabs of one owner on one machine: they share one token, and what must hold for them together is held against them here (I5, I7, I8). */
export class GroupWatch {
  readonly terms: GroupTerms
  readonly audience: string
  /** Every token that the machine was told for this owner. */
  readonly known = new Map<string, KnownToken>()
  /** A server has refused a token of this group at some time. */
  hasRefused = false
  /** When the issuer last said a final no to any tab of this group, by the machine's monotonic clock. */
  finalNoAtMs = -Infinity
  readonly ahead: AheadPoints
  readonly #recent: KnownToken[] = []
  readonly #flights = new Set<Flight>()
  readonly #rate: RenewalRate
  /** When a tab last came, went, froze or woke. */
  disturbedAtMs = -Infinity
  /** Until here the issuer's clock, which was set back, makes newer tokens look older. */
  #disorderUntilMs = -Infinity
  #renewer: RenewingTab | undefined
  /** The last word of the issuer to ask later: by whom and when it was heard, and until when it holds by the machine's monotonic clock. */
  #block:
    | { readonly heardAtMs: number; readonly untilMs: number; readonly tab: RenewingTab; readonly wasEven: boolean }
    | undefined
  /** As `#block`, whatever was heard since: some tab may not have. */
  #longestBlockUntilMs = -Infinity
  #starts = 0
  /** Renewals that came to their end a short while ago. */
  #ended: (Flight & { readonly endedAtMs: number })[] = []
  /** When a renewal last came to its end. */
  #endedAtMs = -Infinity
  #onStart: (tab: RenewingTab) => void = nothing

  constructor(terms: GroupTerms) {
    this.terms = terms
    this.audience = `${terms.machine.name} ${terms.shareName}`
    this.ahead = new AheadPoints(this.audience, terms)
    this.#rate = new RenewalRate(terms.lifeMs)
  }

  get nowMs(): number {
    return this.terms.timeline.elapsedMs
  }

  /** Renewals begun so far. */
  get starts(): number {
    return this.#starts
  }

  /** A tab comes, goes, freezes or wakes: for the next minute the tabs may differ in what they have heard. */
  disturb(): void {
    this.disturbedAtMs = this.nowMs
  }

  /** The tabs use one token: they can, and by the issuer's clock each token is newer than the one before. */
  get isShared(): boolean {
    return this.terms.machine.isConnected && this.nowMs > this.#disorderUntilMs
  }

  /** When a tab was last told a token in time, by the machine's clocks. */
  get lastTold(): KnownToken | undefined {
    return this.#recent.at(-1)
  }

  /** The tab that fetched the newest token has run ever since, and the token is young: whoever opens need not ask the issuer. */
  isHeldByOther(tab: RenewingTab): boolean {
    const told = this.lastTold
    if (!told || !this.isShared || this.terms.machine.sinceMs(told.asked) >= 0.6 * told.record.lifeMs) return false
    const { fetchedBy, toldAtMs, record } = told
    const hasRun = fetchedBy.isAwake && fetchedBy.evenSinceMs < toldAtMs
    return hasRun && fetchedBy !== tab && !fetchedBy.hasSeenRefused(record.token)
  }

  /** What holds per group may be asked for: every tab has had the time to hear of what the others did. */
  get isEven(): boolean {
    return this.isShared && this.nowMs > this.disturbedAtMs + minuteMs
  }

  /** `run` hears of the next renewal that is begun; another `run` takes its place. */
  onceStarted(run: (tab: RenewingTab) => void): void {
    this.#onStart = run
  }

  /** No tab may renew now: together they have done so as often as they may; a tab without a token does not know how often that is. */
  isSpent(isLifeKnown: boolean): boolean {
    return this.#rate.isSpent(this.terms.machine.now().monotonicMs, isLifeKnown)
  }

  start(tab: RenewingTab): Flight {
    const { trace, violations } = this.terms
    const nowMs = this.nowMs
    this.#starts += 1
    const others = [...this.#flights].filter(({ tab: other }) => other !== tab)
    const awake = others.filter(({ wasInterrupted }) => !wasInterrupted)
    const mayBeBeside = this.#mayBeBeside(tab, awake)
    if (awake.length > 0 && this.isShared && !mayBeBeside)
      violations.add('I5', `${tab.name} renews beside ${awake.map((each) => each.tab.name).join()}`)
    if (others.length > awake.length) trace.add('takeover of a frozen leader', tab.name)
    const excess = this.#rate.excess(this.terms.machine.now().monotonicMs, slackMs)
    if (excess > 0 && this.isEven) violations.add('I7', `${this.audience}: ${excess} renewals within a minute`)
    this.#checkBlock(tab)
    if (this.#renewer && this.#renewer !== tab) trace.add('hand-over', tab.name)
    this.#renewer = tab
    const flight = { tab, startedAtMs: nowMs, isBesideAnother: awake.length > 0, wasInterrupted: false }
    this.#flights.add(flight)
    const onStart = this.#onStart
    this.#onStart = nothing
    onStart(tab)
    return flight
  }

  end(flight: Flight): void {
    this.#flights.delete(flight)
    this.#endedAtMs = this.nowMs
    this.#ended = this.#ended.filter(({ endedAtMs }) => endedAtMs > this.nowMs - 2 * longestPatienceMs)
    this.#ended.push({ ...flight, endedAtMs: this.nowMs })
  }

  /** The tab was frozen, put aside or killed: nobody waits for its renewal. */
  interrupt(tab: RenewingTab): void {
    for (const flight of this.#flights) {
      if (flight.tab !== tab) continue
      flight.wasInterrupted = true
      if (tab.isGone) this.#flights.delete(flight)
    }
  }

  /** The issuer demanded to be left alone, or said a final no. */
  block(tab: RenewingTab, forMs: number): void {
    const untilMs = this.terms.machine.now().monotonicMs + forMs
    this.#longestBlockUntilMs = Math.max(this.#longestBlockUntilMs, untilMs)
    if (this.#block && this.#block.untilMs > untilMs) return
    this.#block = { heardAtMs: this.nowMs, untilMs, tab, wasEven: this.isEven }
  }

  /** Some tab may have heeded the issuer's word to ask later at some time in the last `withinMs`. */
  wasBlockedWithin(withinMs: number): boolean {
    return this.#longestBlockUntilMs > this.terms.machine.now().monotonicMs - withinMs
  }

  /** No renewal is in flight, nor was one in the last `forMs`, whose turn a tab may be waiting for. */
  isIdleFor(forMs: number): boolean {
    const { machine, shareName } = this.terms
    return this.#flights.size === 0 && this.nowMs > this.#endedAtMs + forMs && !machine.browser.locks.isHeld(shareName)
  }

  /** A renewal that will end well is in flight: all of them do, in less than a second, once the faults are over. */
  get isBeingRenewed(): boolean {
    return [...this.#flights].some(({ startedAtMs }) => this.nowMs - startedAtMs < 1_000)
  }

  /** The tab has taken over a newer token from another one: what was said to it before no longer counts. */
  unblock(tab: RenewingTab): void {
    if (this.#block?.tab === tab) this.#block = undefined
  }

  tell(fetchedBy: RenewingTab, record: IssuedRecord, asked: Moment, isLate: boolean): KnownToken {
    const told = knownToken(record, asked, { isLate, fetchedBy, toldAtMs: this.nowMs })
    this.known.set(record.token, told)
    if (this.#recent.some((told) => told.record.issuedAtMs > record.issuedAtMs))
      this.#disorderUntilMs = this.nowMs + record.lifeMs + minuteMs
    if (!isLate) {
      this.#block = undefined
      this.#recent.push(told)
      if (this.#recent.length > 200) this.#recent.shift()
    }
    return told
  }

  /** The one token that runs out then, where it is not due; read here, since to ask the renewer is to use it. */
  freshTokenUntil(expiresAtMs: number | undefined): string | undefined {
    const found = this.#recent.filter(({ record }) => record.issuedAtMs + record.lifeMs === expiresAtMs)
    const [told] = found
    if (!told || found.length > 1 || this.terms.machine.sinceMs(told.asked) >= told.dueAfterMs) return undefined
    return told.record.token
  }

  /** Some tab may hold a token that is so old that a use of it is reason enough to renew in the background. */
  mayHoldAged(atMostMs: number): boolean {
    return this.#recent.some((told) => {
      const ageMs = this.terms.machine.sinceMs(told.asked)
      return ageMs >= 0.6 * told.record.lifeMs && ageMs <= atMostMs
    })
  }

  #mayBeBeside(tab: RenewingTab, awake: readonly Flight[]): boolean {
    const { machine, shareName } = this.terms
    const patienceMs = (tab.oldestWaitMs === undefined ? longestPatienceMs : 2_000) - slackMs
    const sinceMs = this.nowMs - patienceMs
    const holder = machine.browser.locks.holderOf(shareName)
    return (
      (tab.oldestWaitMs ?? 0) >= 2_000 - slackMs ||
      // A tab that came or went may have left the lock to another one meanwhile.
      this.disturbedAtMs > this.nowMs - longestPatienceMs - slackMs ||
      awake.some((each) => each.isBesideAnother || each.startedAtMs <= sinceMs) ||
      // Its patience may have begun with an earlier renewal of another tab, or with one that hangs.
      this.#ended.some(
        (each) => each.tab !== tab && each.startedAtMs <= sinceMs && each.endedAtMs >= sinceMs - slackMs * 2,
      ) ||
      [...this.#flights].some(({ wasInterrupted }) => wasInterrupted) ||
      (holder !== undefined && holder.clock !== tab.clock && holder.sinceMs <= sinceMs)
    )
  }

  #checkBlock(tab: RenewingTab): void {
    const block = this.#block
    const restMs = (block?.untilMs ?? 0) - this.terms.machine.now().monotonicMs
    if (!block || restMs <= 0) return
    const hasHeard =
      block.tab === tab ||
      (block.wasEven && this.isEven && tab.evenSinceMs < block.heardAtMs && this.nowMs > block.heardAtMs + slackMs)
    if (hasHeard) this.terms.violations.add('I8', `${tab.name} asks ${restMs} ms before the issuer's word`)
  }
}
