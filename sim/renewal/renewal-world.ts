import { SimClock, SimRandom, type SimTab, SimTimeline } from '@helvino/testkit'
import { Swarm } from '../swarm.ts'
import { Trace } from '../trace.ts'
import { Violations } from '../violations.ts'
import { endWorld, type WorldReport, type WorldTerms } from '../world-kind.ts'
import { checkCost, checkRecovered, checkSettled, checkStopped } from './closing-checks.ts'
import { GroupWatch } from './group-watch.ts'
import { IssuerModel } from './issuer-model.ts'
import { Machine } from './machine.ts'
import { lastingFaults, Mishaps } from './mishaps.ts'
import { planPeople } from './people.ts'
import { ourEngine, type RenewalEngine } from './renewal-engine.ts'
import { type RenewalFault, renewalFaults, type WorldFault } from './renewal-faults.ts'
import { RequestFaults } from './request-faults.ts'
import { Slot } from './slot.ts'

export interface RenewalWorldTerms extends WorldTerms {
  /** @defaultValue our own */
  readonly engine?: RenewalEngine
  /** Turns of the promise queue that count as rest; see `SimTimeline`. */
  readonly quietTurns?: number
}

const minuteMs = 60_000
const chaosMs = 90 * minuteMs
const quietMs = 30 * minuteMs
/** The longest backoff, the longest attempt, and some. */
const recoveredAfterMs = 6 * minuteMs
const settledAfterMs = 10 * minuteMs

class World {
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly violations: Violations
  readonly swarm: Swarm<RenewalFault>
  readonly issuer: IssuerModel
  readonly slots: Slot[]
  readonly #lifeMs: number
  readonly #random: SimRandom
  readonly #requests: RequestFaults
  readonly #mishaps: Mishaps
  readonly #groups: GroupWatch[] = []
  readonly #machines: Machine[]

  constructor({ seed, without = [], engine = ourEngine, quietTurns }: RenewalWorldTerms) {
    const random = new SimRandom(seed)
    this.#random = random
    this.timeline = new SimTimeline(seed, quietTurns)
    this.trace = new Trace(this.timeline)
    this.violations = new Violations(this.timeline, this.trace)
    this.swarm = new Swarm<RenewalFault>(random.fork('swarm'), renewalFaults, without)
    const issuerClock = new SimClock(this.timeline)
    issuerClock.stepWallClock(random.whole(-5 * minuteMs, 5 * minuteMs))
    this.#lifeMs = random.pick([5_000, 20_000, 60_000, 60_000, 300_000, 300_000, 600_000])
    this.issuer = new IssuerModel(issuerClock, this.#lifeMs)
    const { timeline, trace, swarm, issuer } = this
    this.#requests = new RequestFaults({ random: random.fork('requests'), swarm, timeline, trace, chaosMs })
    this.#machines = Array.from({ length: random.whole(1, 2) }, (_, index) => {
      const name = `machine ${index + 1}`
      return new Machine(name, issuer, timeline, random.fork(name).seed)
    })
    this.slots = this.#machines.flatMap((machine) => this.#furnish(machine, engine))
    this.#mishaps = new Mishaps({
      random: random.fork('mishaps'),
      trace,
      issuer,
      issuerClock,
      requests: this.#requests,
      machines: this.#machines,
      slots: this.slots,
      chaosMs,
      after: this.#after,
    })
    for (const kind of swarm.kinds as WorldFault[])
      for (let time = 0; time < swarm.times(kind); time++)
        if (lastingFaults.includes(kind)) this.#mishaps.begin(kind)
        else this.#mishaps.plan(kind)
    for (const slot of this.slots) this.#populate(slot)
  }

  /** Faults are over; everybody is awake, and half of them hear of it. */
  calmDown(): void {
    this.trace.add('quiet')
    this.#mishaps.endAll()
    this.#requests.isOver = true
    for (const group of this.#groups) {
      // Nothing happens in a few groups, but for one tab that holds: by itself alone it has to come out of its backoff.
      const isLeftAlone = this.#random.isHit(0.3)
      const slots = this.slots.filter((slot) => slot.group === group)
      for (const [index, slot] of slots.entries()) {
        slot.open()
        slot.act((page) => {
          page.tab.network.isOffline = false
          if (isLeftAlone && index === 0) page.hold()
        })
        if (!isLeftAlone) this.#enliven(slot)
      }
    }
  }

  /** Some tabs of each group hold on to a token from here on. */
  holdToTheEnd(): void {
    for (const slot of this.slots) slot.act((page) => page.releaseAll())
    for (const group of this.#groups) {
      const slots = this.slots.filter((slot) => slot.group === group)
      for (const [index, slot] of slots.entries())
        if (index === 0 || this.#random.isHit(0.5)) slot.act((page) => page.hold())
    }
  }

  /** How often each group has renewed so far; `undefined` for one in which a tab still waits for a final no to be over. */
  get renewals(): readonly (number | undefined)[] {
    return this.#groups.map((group) => {
      const tabs = this.slots.filter((slot) => slot.group === group)
      return tabs.some(({ page }) => page?.watch.isGivenUp) ? undefined : group.starts
    })
  }

  checkPeace(renewalsBefore: readonly (number | undefined)[], windowMs: number): void {
    checkRecovered(this.slots, this.issuer)
    checkSettled(this.slots)
    for (const [index, group] of this.#groups.entries()) {
      const tabs = this.slots.filter((slot) => slot.group === group)
      const before = renewalsBefore[index]
      if (tabs.length > 0 && before !== undefined && !group.wasBlockedWithin(windowMs + minuteMs))
        checkCost(group, group.starts - before, windowMs, tabs.length)
    }
  }

  /** Short lives are held for a while only: their renewals would be most of a world's events and show nothing more. */
  get peaceMs(): number {
    return Math.min(quietMs - settledAfterMs, Math.max(2 * minuteMs, 30 * this.#lifeMs))
  }

  #furnish(machine: Machine, engine: RenewalEngine): Slot[] {
    const random = this.#random.fork(`tabs of ${machine.name}`)
    // One name begins like the other: a check of the beginning only would let them mix.
    const groups = ['owner', 'owner-2'].slice(0, random.whole(1, 2)).map((shareName) => {
      const { timeline, trace, violations } = this
      return new GroupWatch({ machine, shareName, lifeMs: this.#lifeMs, timeline, trace, violations })
    })
    this.#groups.push(...groups)
    const { issuer } = this
    return Array.from({ length: random.whole(1, 8) }, (_, index) => {
      const name = `${machine.name} tab ${index + 1}`
      const onTab = (tab: SimTab) => {
        tab.network.delayMs = random.whole(2, 300)
        tab.network.faultFor = (request) => this.#requests.strike(request)
      }
      return new Slot({ name, group: random.pick(groups), issuer, engine, random: random.fork(name), onTab })
    })
  }

  #enliven(slot: Slot): void {
    if (this.#random.isHit(0.5))
      slot.act((page) => {
        slot.show()
        page.tab.life.emit('online')
      })
    planPeople(slot, { ...this.#people(slot), fromMs: 0, untilMs: settledAfterMs / 2, hasEdges: false })
  }

  #people(slot: Slot) {
    const random = this.#random.fork(`people of ${slot.name} at ${this.timeline.elapsedMs}`)
    return { random, lifeMs: this.#lifeMs, after: this.#after }
  }

  readonly #after = (delayMs: number, run: () => void): void => {
    this.timeline.schedule(delayMs, run)
  }

  #populate(slot: Slot): void {
    const people = this.#people(slot)
    this.#after(people.random.isHit(0.5) ? 0 : people.random.whole(0, 10 * minuteMs), () => {
      slot.open()
    })
    planPeople(slot, { ...people, fromMs: 0, untilMs: chaosMs, hasEdges: true })
  }
}

/** Runs one world from its seed: the chaos phase, then the quiet one in which everything must converge. */
export async function runRenewalWorld(terms: RenewalWorldTerms): Promise<WorldReport> {
  const { seed, untilMs = Infinity } = terms
  const world = new World(terms)
  const { timeline, trace, violations, slots, swarm } = world
  const advanceTo = (atMs: number) => timeline.advance(Math.max(0, Math.min(atMs, untilMs) - timeline.elapsedMs))
  await advanceTo(chaosMs)
  if (untilMs > chaosMs) {
    world.calmDown()
    await advanceTo(chaosMs + recoveredAfterMs)
    if (untilMs > chaosMs + recoveredAfterMs) checkRecovered(slots, world.issuer)
    await advanceTo(chaosMs + quietMs - world.peaceMs)
    world.holdToTheEnd()
    const before = world.renewals
    await advanceTo(chaosMs + quietMs)
    if (untilMs > chaosMs + quietMs) world.checkPeace(before, world.peaceMs)
  }
  return endWorld(
    { seed, timeline, trace, violations, faults: swarm.kinds },
    () => {
      for (const { page } of slots) page?.dispose()
    },
    () => {
      checkStopped(slots)
    },
  )
}
