import type { Runtime } from '@helvino/runtime'
import { SimBrowser, SimRandom, type SimFault, type SimTab, SimTimeline } from '@helvino/testkit'
import { uuid } from '@helvino/runtime'
import { beginInBrowser, calmBrowser } from './browser-faults.ts'
import { type ChatFault, chatFaults } from './chat-faults.ts'
import { type ChatPackage, ourChat } from './chat-package.ts'
import { checkConverged, checkStopped } from './convergence.ts'
import { networkFault } from './network-faults.ts'
import { Person } from './person.ts'
import { simOrg, type SimOrg } from './server/first-data.ts'
import { ourServer, type ServerPackage } from './server/server-package.ts'
import { ServerWeather } from './server/server-weather.ts'
import { Site } from './server/site.ts'
import { beginAtServer, returnSoon } from './server-faults.ts'
import { Swarm } from '../swarm.ts'
import { Trace } from '../trace.ts'
import { Violations } from '../violations.ts'
import { endWorld, type WorldReport, type WorldTerms } from '../world-kind.ts'

const minuteMs = 60_000

export interface ChatWorldTerms extends WorldTerms {
  /** How long things go wrong, in virtual ms. @defaultValue `5_400_000` */
  readonly chaosMs?: number
  /** How long they then have to settle, in virtual ms; longer than the longest wait of the client. @defaultValue `1_800_000` */
  readonly quietMs?: number
  /** The world ends soon after the first violation: what is broken may never come to rest. */
  readonly stopsAtViolation?: boolean
  /** See `SimTimeline`. */
  readonly quietTurns?: number
  /** The client to try. @defaultValue `ourChat` */
  readonly chat?: ChatPackage
  /** The server to try. @defaultValue `ourServer` */
  readonly server?: ServerPackage
}

const apiUrl = 'https://chat.example'
const browserFaults: readonly ChatFault[] = [
  ...(['wall-step', 'sleep', 'freeze', 'reload', 'socket-cut', 'half-open', 'offline', 'kill'] as const),
  ...(['storage-blocked', 'storage-fails', 'storage-hangs'] as const),
]

interface Rush {
  readonly atMs: number
  readonly lastsMs: number
}

class World {
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly violations: Violations
  readonly swarm: Swarm<ChatFault>
  readonly #seed: SimRandom
  readonly #random: SimRandom
  readonly #chaosMs: number
  readonly #chat: ChatPackage
  readonly #orgs: readonly SimOrg[]
  readonly #weather: ServerWeather
  readonly #tokenLifeMs: number
  readonly #rushes: readonly Rush[]
  #visitors: Person[] = []
  #agents: Person[] = []
  #site: Site | undefined
  #isQuiet = false
  #isDown = false

  constructor({ seed, chaosMs = 90 * minuteMs, without = [], chat = ourChat, quietTurns }: ChatWorldTerms) {
    const random = new SimRandom(seed)
    this.#seed = random
    this.#random = random.fork('faults')
    this.#chaosMs = chaosMs
    this.#chat = chat
    this.timeline = new SimTimeline(seed, quietTurns)
    this.trace = new Trace(this.timeline)
    this.violations = new Violations(this.timeline, this.trace)
    this.swarm = new Swarm<ChatFault>(random.fork('swarm'), chatFaults, without)
    this.#rushes = this.#planRushes(random.fork('rushes'))
    this.#tokenLifeMs = random.fork('life').pick([20_000, 60_000, 60_000, 300_000, 300_000, 300_000])
    this.#orgs = random
      .fork('orgs')
      .pick([['demo'], ['demo'], ['demo', 'other']])
      .map(simOrg)
    this.#weather = new ServerWeather(random.fork('weather'), this.trace, () => {
      returnSoon({ site: this.site, timeline: this.timeline, random: this.#random })
    })
  }

  get site(): Site {
    if (!this.#site) throw new Error('the world is not open yet')
    return this.#site
  }

  get people(): readonly Person[] {
    return [...this.#visitors, ...this.#agents]
  }

  /** Starts the server, and lets everybody in. */
  async open(server: ServerPackage): Promise<void> {
    const random = this.#seed
    const { timeline, trace, violations } = this
    this.#site = await Site.open({
      ...{ server, apiUrl, timeline, trace, violations, orgs: this.#orgs, weather: this.#weather },
      random: random.fork('server'),
      wallOffsetMs: random.fork('server clock').whole(-minuteMs, minuteMs),
      tokenLifeMs: this.#tokenLifeMs,
      batchMessages: random.fork('batches').pick([0, 3, 50]),
    })
    const people = random.fork('people')
    this.#visitors = Array.from({ length: people.whole(1, 3) }, (_, index) =>
      this.#meetVisitor(`visitor ${index + 1}`, people.pick(this.#orgs)),
    )
    this.#agents = this.#orgs.map((org) => this.#meetAgent(org))
    for (const person of this.people) this.#planVisits(person, random.fork(`visits of ${person.name}`))
    for (const visitor of this.#visitors) this.#planTalk(visitor, random.fork(`talk of ${visitor.name}`))
    for (const kind of this.swarm.kinds) for (let time = 0; time < this.swarm.times(kind); time++) this.#plan(kind)
  }

  /** Faults are over, everybody is awake and looking. */
  calmDown(): void {
    this.trace.add('quiet')
    this.#isQuiet = true
    this.#setDown(false)
    this.#weather.calm()
    this.site.startAgain()
    for (const org of this.#orgs)
      for (const which of ['org', 'writes', 'origin'] as const) this.site.switches.set(which, org, true)
    for (const person of this.people) calmBrowser(person)
    // It finds what the others could not read, while their storage was in trouble.
    for (const person of this.people) person.openTab()
    for (const atMs of [2, 8, 14])
      this.timeline.schedule(atMs * minuteMs, () => {
        for (const person of this.people) person.retryFailed()
      })
  }

  /** Ends as soon as everything has converged: what is at rest stays so. One world in eight goes on to the end, to see that. */
  async settle(mostMs: number): Promise<void> {
    const endMs = this.timeline.elapsedMs + mostMs
    const goesOn = this.#seed.fork('patience').isHit(1 / 8)
    while (this.timeline.elapsedMs < endMs) {
      await this.timeline.advance(Math.min(2 * minuteMs, endMs - this.timeline.elapsedMs))
      if (!goesOn && this.#hasConverged()) return
    }
  }

  async advanceToViolation(ms: number): Promise<void> {
    const endMs = this.timeline.elapsedMs + ms
    while (this.timeline.elapsedMs < endMs && this.violations.found.length === 0)
      await this.timeline.advance(Math.min(5_000, endMs - this.timeline.elapsedMs))
  }

  #hasConverged(): boolean {
    const notYet = new Violations(this.timeline, undefined)
    for (const person of this.people) checkConverged(person, this.site.ledger, notYet)
    return notYet.found.length === 0
  }

  #meetVisitor(name: string, org: SimOrg): Person {
    const own = this.#seed.fork(name)
    const secret = `v_${uuid(own)}`
    const place = { origin: org.origin, fetchSite: 'cross-site', cookie: undefined }
    return this.#meet({
      ...{ name, org, own, place, role: 'user' },
      visitorId: this.site.publicIdOf(org.id, secret),
      tabs: own.fork('tabs').pick([1, 1, 1, 2, 3, 5]),
      createClient: (runtime) =>
        this.#chat.createVisitorClient({ runtime, apiUrl, site: { orgKey: org.key }, visitorId: secret }),
    })
  }

  #meetAgent(org: SimOrg): Person {
    const place = { origin: apiUrl, fetchSite: 'same-origin', cookie: org.cookie }
    return this.#meet({
      ...{ name: `agent of ${org.name}`, org, own: this.#seed.fork(`agent ${org.name}`), place, role: 'agent' },
      ...{ visitorId: undefined, tabs: 1 },
      createClient: (runtime) => this.#chat.createAgentClient({ runtime, apiUrl, orgId: org.id, userId: org.agentId }).chat,
    })
  }

  #meet({
    org,
    own,
    place,
    ...terms
  }: {
    readonly name: string
    readonly org: SimOrg
    readonly own: SimRandom
    readonly place: Parameters<Site['serverFor']>[0]
    readonly role: 'user' | 'agent'
    readonly visitorId: string | undefined
    readonly tabs: number
    readonly createClient: (runtime: Runtime) => ReturnType<ChatPackage['createVisitorClient']>
  }): Person {
    const { timeline, trace, violations } = this
    const browser = new SimBrowser({ server: this.site.serverFor(place), timeline, seed: own.seed })
    browser.database.delayMs = own.fork('shape').pick([0, 2, 40])
    const onTab = (tab: SimTab) => {
      this.#connect(tab, own)
    }
    const shared = { tokenLifeMs: this.#tokenLifeMs, trace, violations, onTab }
    return new Person({ ...terms, ...shared, orgId: org.id, browser, random: own })
  }

  #connect(tab: SimTab, random: SimRandom): void {
    tab.network.delayMs = random.whole(2, 300)
    tab.network.areSocketsBlocked = this.#isDown
    tab.network.faultFor = () => this.#strike()
  }

  #strike(): SimFault | undefined {
    if (this.#isDown) {
      this.trace.add('struck by outage')
      return { kind: 'drop' }
    }
    const kind = this.#isQuiet ? undefined : this.swarm.strike(this.#random)
    if (kind) this.trace.add(`fault ${kind}`)
    return networkFault(kind, this.#random, this.timeline)
  }

  /** While nobody is there nothing happens, and time costs nothing: most of it lies between a few rushes. */
  #planRushes(random: SimRandom): readonly Rush[] {
    const count = random.whole(3, 4)
    const everyMs = this.#chaosMs / count
    return Array.from({ length: count }, (_, index) => {
      const lastsMs = Math.min(random.whole(2, 4) * minuteMs, everyMs)
      return { atMs: Math.floor(index * everyMs + random.fraction() * (everyMs - lastsMs)), lastsMs }
    })
  }

  /** People come to a rush, and leave after it: most close the browser, some only look away. */
  #planVisits(person: Person, random: SimRandom): void {
    for (const { atMs, lastsMs } of this.#rushes) {
      this.timeline.schedule(Math.max(0, atMs - random.whole(0, 10_000)), () => {
        person.reopen()
        for (const { tab } of person.tabs) tab.life.emit('visible')
      })
      const staysOpen = random.isHit(0.15)
      this.timeline.schedule(atMs + lastsMs + random.whole(0, minuteMs), () => {
        if (this.#isQuiet) return
        if (staysOpen) for (const { tab } of person.tabs) tab.life.emit('hidden')
        else person.kill()
      })
    }
  }

  #momentIn(random: SimRandom): number {
    const { atMs, lastsMs } = random.pick(this.#rushes)
    return Math.floor(atMs + random.fraction() * lastsMs)
  }

  /** A few bursts of messages, their answers, and looks away. */
  #planTalk(visitor: Person, random: SimRandom): void {
    const bursts = random.whole(2, 8)
    for (let burst = 0; burst < bursts; burst++) {
      const atMs = this.#momentIn(random)
      for (let message = random.whole(1, 4); message > 0; message--)
        this.timeline.schedule(atMs + random.whole(0, 3_000), () => {
          visitor.write()
        })
      this.timeline.schedule(atMs + random.whole(0, 2 * minuteMs), () => {
        const agent = this.#agents.find(({ terms }) => terms.orgId === visitor.terms.orgId)
        agent?.answer(visitor.terms.visitorId ?? '')
      })
    }
    for (let look = random.whole(0, 4); look > 0; look--) {
      const atMs = this.#momentIn(random)
      this.timeline.schedule(atMs, () => {
        visitor.pickTab()?.tab.life.emit('hidden')
      })
      this.timeline.schedule(atMs + random.whole(1_000, 12 * minuteMs), () => {
        for (const { tab } of visitor.tabs) tab.life.emit('visible')
      })
    }
  }

  /** Lets a fault of the whole world, or of one person's machine, begin in the chaos phase: where somebody is there, mostly. */
  #plan(kind: ChatFault): void {
    const random = this.#random
    const person = random.pick(this.people)
    const forMs = random.whole(1_000, Math.min(5 * minuteMs, this.#chaosMs / 4))
    const drawn = {
      wallStepMs: random.whole(-360 * minuteMs, 360 * minuteMs),
      isOther: random.isHit(0.5),
      random: random.fork(`${kind} ${String(random.fraction())}`),
    }
    const atMs = random.isHit(0.9) ? this.#momentIn(random) : random.whole(0, this.#chaosMs - 1)
    this.timeline.schedule(Math.min(atMs, this.#chaosMs - 1), () => {
      this.trace.add(`fault ${kind}`, person.name)
      const end = this.#begin(kind, person, drawn)
      if (end) this.timeline.schedule(Math.min(forMs, this.#chaosMs - this.timeline.elapsedMs), end)
    })
  }

  #begin(kind: ChatFault, person: Person, drawn: Parameters<typeof beginInBrowser>[2]): (() => void) | undefined {
    if (kind === 'outage') {
      this.#setDown(true)
      return () => {
        this.#setDown(false)
      }
    }
    if (browserFaults.includes(kind)) return beginInBrowser(kind, person, drawn)
    const { timeline, site, people } = this
    const at = { timeline, site, people, weather: this.#weather, orgs: this.#orgs, random: drawn.random }
    return beginAtServer(kind, at)
  }

  #setDown(isDown: boolean): void {
    this.#isDown = isDown
    for (const { tab } of this.people.flatMap(({ tabs }) => tabs)) {
      tab.network.areSocketsBlocked = isDown
      if (isDown) tab.network.cutSockets()
    }
  }
}

/** Runs one world from its seed: the chaos phase, then the quiet one in which everything must converge. */
export async function runChatWorld(options: ChatWorldTerms): Promise<WorldReport> {
  const { seed, chaosMs = 90 * minuteMs, quietMs = 30 * minuteMs, untilMs = Infinity } = options
  const { server = ourServer, stopsAtViolation = false } = options
  const world = new World(options)
  await world.open(server)
  const { timeline, trace, violations, people, site, swarm } = world
  if (stopsAtViolation) await world.advanceToViolation(chaosMs)
  else await timeline.advance(Math.min(chaosMs, untilMs))
  const isOver = stopsAtViolation && violations.found.length > 0
  if (untilMs > chaosMs && !isOver) {
    world.calmDown()
    await world.settle(Math.min(quietMs, untilMs - chaosMs))
  }
  if (untilMs > chaosMs + quietMs && !isOver) {
    for (const person of people) checkConverged(person, site.ledger, violations)
    site.checkReplayed()
  }
  return endWorld(
    { seed, timeline, trace, violations, faults: swarm.kinds },
    () => {
      for (const { client } of people.flatMap(({ tabs }) => tabs)) client.dispose()
    },
    () => {
      for (const person of people) checkStopped(person, violations)
      site.close()
    },
  )
}
