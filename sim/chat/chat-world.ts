import type { ClientMessageId } from '@helvino/protocol'
import {
  HeldResponse,
  SimBrowser,
  SimClock,
  SimRandom,
  type SimFault,
  type SimTab,
  SimTimeline,
} from '@helvino/testkit'
import { checkConverged, checkStopped } from './convergence.ts'
import { ServerModel } from './server-model.ts'
import type { ModelBreak } from './store-model.ts'
import { type ChatFault, chatFaults } from './chat-faults.ts'
import { type ChatPackage, ourChat } from './chat-package.ts'
import { Swarm } from '../swarm.ts'
import { Trace } from '../trace.ts'
import { Violations } from '../violations.ts'
import { endWorld, type WorldReport, type WorldTerms } from '../world-kind.ts'
import { type OpenTab, Visitor } from './visitor.ts'

export interface ChatWorldTerms extends WorldTerms {
  /** How long things go wrong, in virtual ms. @defaultValue `1_200_000` */
  readonly chaosMs?: number
  /** How long they then have to settle, in virtual ms; longer than the longest wait of the client. @defaultValue `900_000` */
  readonly quietMs?: number
  readonly breaks?: readonly ModelBreak[]
  /** The client to try. @defaultValue `ourChat` */
  readonly chat?: ChatPackage
}

const apiUrl = 'https://chat.example'
const minuteMs = 60_000
const retryAfterValues = ['0', '1', '7', '30', '120', '-5', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT']

class World {
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly violations: Violations
  readonly swarm: Swarm<ChatFault>
  readonly visitors: Visitor[]
  readonly server: ServerModel
  readonly #random: SimRandom
  readonly #chaosMs: number
  readonly #chat: ChatPackage
  #isQuiet = false
  #isDown = false

  constructor({ seed, chaosMs = 20 * minuteMs, breaks = [], without = [], chat = ourChat }: ChatWorldTerms) {
    const random = new SimRandom(seed)
    this.#random = random.fork('faults')
    this.#chaosMs = chaosMs
    this.#chat = chat
    this.timeline = new SimTimeline(seed)
    this.trace = new Trace(this.timeline)
    this.violations = new Violations(this.timeline, this.trace)
    this.swarm = new Swarm<ChatFault>(random.fork('swarm'), chatFaults, without)
    const clock = new SimClock(this.timeline)
    clock.stepWallClock(random.whole(-minuteMs, minuteMs))
    this.server = new ServerModel({
      clock,
      apiUrl,
      tokenLifeMs: random.pick([20_000, 60_000, 300_000]),
      breaks: new Set(breaks),
      batchMessages: random.fork('batches').pick([0, 3, 50]),
      onEvent: (kind, detail) => {
        this.trace.add(kind, detail)
      },
    })
    this.visitors = Array.from({ length: random.whole(1, 3) }, (_, index) => this.#meet(`visitor ${index + 1}`, random))
    for (const visitor of this.visitors) this.#planTalk(visitor, random.fork(`talk of ${visitor.name}`))
    for (const kind of this.swarm.kinds) for (let time = 0; time < this.swarm.times(kind); time++) this.#plan(kind)
  }

  /** Faults are over, everybody is awake and looking. */
  calmDown(): void {
    this.trace.add('quiet')
    this.#isQuiet = true
    this.#setDown(false)
    for (const visitor of this.visitors) {
      const { browser } = visitor
      browser.database.isBlocked = browser.database.isHanging = false
      browser.texts.isBlocked = false
      browser.database.failsAt = () => false
      browser.database.delayMs = 0
      browser.openLid()
      visitor.reopen()
      visitor.openTab()
      for (const { tab } of visitor.tabs) {
        tab.network.isOffline = false
        tab.clock.thawTimers()
        for (const event of ['visible', 'online'] as const) tab.life.emit(event)
      }
    }
  }

  #meet(name: string, random: SimRandom): Visitor {
    const { timeline, trace, violations, server } = this
    const own = random.fork(name)
    const browser = new SimBrowser({ server, timeline, seed: own.seed })
    const onTab = (tab: SimTab) => {
      this.#connect(tab, own)
    }
    const shape = own.fork('shape')
    const tabs = shape.pick([1, 1, 1, 2, 3, 5])
    browser.database.delayMs = shape.pick([0, 2, 40])
    return new Visitor({ name, browser, random: own, apiUrl, tabs, chat: this.#chat, trace, violations, onTab })
  }

  #connect(tab: SimTab, random: SimRandom): void {
    tab.network.delayMs = random.whole(2, 300)
    tab.network.areSocketsBlocked = this.#isDown
    tab.network.faultFor = () => this.#strike()
  }

  #strike(): SimFault | undefined {
    if (this.#isDown) return this.#hit('outage', { kind: 'drop' })
    const kind = this.#isQuiet ? undefined : this.swarm.strike(this.#random)
    switch (kind) {
      case 'drop':
      case 'lose-response':
      case 'duplicate':
        return this.#hit(kind, { kind })
      case 'black-hole':
        return this.#hit(kind, { kind: this.#random.isHit(0.5) ? kind : 'swallow-response' })
      case 'delay':
        return this.#hit(kind, this.#delay())
      case 'busy':
        return this.#hit(kind, this.#busy())
      default:
        return undefined
    }
  }

  #hit(kind: ChatFault, fault: SimFault): SimFault {
    this.trace.add(`fault ${kind}`)
    return fault
  }

  /** Lognormal around 400 ms, up to 60 s; or an answer that waits while later ones overtake it. */
  #delay(): SimFault {
    const normal = Array.from({ length: 6 }, () => this.#random.fraction()).reduce((sum, each) => sum + each, -3)
    const delayMs = Math.min(60_000, Math.round(400 * Math.exp(2 * normal)))
    if (this.#random.isHit(0.7)) return { kind: 'delay', delayMs }
    const response = new HeldResponse()
    this.timeline.schedule(delayMs, () => {
      response.release()
    })
    return { kind: 'hold', response }
  }

  #busy(): SimFault {
    const status = this.#random.pick([429, 500, 502, 503])
    const retryAfter = { 'retry-after': this.#random.pick(retryAfterValues) }
    return {
      kind: 'answer',
      answer: { status, headers: status === 429 || status === 503 ? retryAfter : {}, body: 'busy' },
    }
  }

  /** A few bursts of messages, some answers, and looks away. */
  #planTalk(visitor: Visitor, random: SimRandom): void {
    const bursts = random.whole(2, 8)
    for (let burst = 0; burst < bursts; burst++) {
      const atMs = random.whole(0, this.#chaosMs)
      for (let message = random.whole(1, 4); message > 0; message--)
        this.timeline.schedule(atMs + random.whole(0, 3_000), () => {
          visitor.write()
        })
      this.timeline.schedule(atMs + random.whole(0, 2 * minuteMs), () => {
        const key = `agent-${visitor.name.replace(' ', '-')}-${burst}` as ClientMessageId
        if (this.server.reply(visitor.visitorId, `answer ${burst}`, key)) this.trace.add('reply', visitor.name)
      })
    }
    for (let look = random.whole(0, 4); look > 0; look--) {
      const atMs = random.whole(0, this.#chaosMs)
      this.timeline.schedule(atMs, () => {
        visitor.pickTab()?.tab.life.emit('hidden')
      })
      this.timeline.schedule(atMs + random.whole(1_000, 12 * minuteMs), () => {
        for (const { tab } of visitor.tabs) tab.life.emit('visible')
      })
    }
  }

  /** Lets a fault of the whole world, or of one visitor's machine, begin somewhere in the chaos phase. */
  #plan(kind: ChatFault): void {
    const visitor = this.#random.pick(this.visitors)
    const forMs = this.#random.whole(1_000, Math.min(5 * minuteMs, this.#chaosMs / 4))
    const stepMs = this.#random.whole(-360 * minuteMs, 360 * minuteMs)
    const monotonicTicks = this.#random.isHit(0.5)
    this.timeline.schedule(this.#random.whole(0, this.#chaosMs - 1), () => {
      this.trace.add(`fault ${kind}`, visitor.name)
      const end = this.#begin(kind, visitor, stepMs, monotonicTicks)
      if (end) this.timeline.schedule(forMs, end)
    })
  }

  /** Returns how the fault ends, where it lasts. */
  #begin(kind: ChatFault, visitor: Visitor, stepMs: number, monotonicTicks: boolean): (() => void) | undefined {
    const { browser, tabs } = visitor
    switch (kind) {
      case 'outage':
        this.#setDown(true)
        return () => {
          this.#setDown(false)
        }
      case 'rotation':
        this.server.tokens.rotate()
        return undefined
      case 'wall-step':
        browser.stepWallClock(stepMs)
        return undefined
      case 'sleep':
        browser.closeLid({ monotonicTicks })
        return () => {
          browser.openLid()
        }
      case 'reload':
        visitor.reload()
        return undefined
      case 'kill':
        visitor.kill()
        return () => {
          visitor.reopen()
        }
      case 'offline':
        return this.#goOffline(tabs)
      case 'storage-blocked':
        browser.database.isBlocked = true
        // Now and then there is nothing else either.
        browser.texts.isBlocked = monotonicTicks
        return () => {
          browser.database.isBlocked = browser.texts.isBlocked = false
        }
      case 'storage-hangs':
        browser.database.isHanging = true
        return () => {
          browser.database.isHanging = false
        }
      case 'storage-fails': {
        const chance = this.#random.fork(`storage ${this.timeline.elapsedMs}`)
        browser.database.failsAt = () => chance.isHit(0.2)
        return () => {
          browser.database.failsAt = () => false
        }
      }
      default:
        return this.#beginInTab(kind, visitor)
    }
  }

  #goOffline(tabs: readonly OpenTab[]): () => void {
    for (const { tab } of tabs) {
      tab.network.isOffline = true
      tab.life.emit('offline')
    }
    return () => {
      for (const { tab } of tabs) {
        tab.network.isOffline = false
        tab.life.emit('online')
      }
    }
  }

  #beginInTab(kind: ChatFault, visitor: Visitor): (() => void) | undefined {
    const open = visitor.pickTab()
    if (!open) return undefined
    const { clock, network, life } = open.tab
    switch (kind) {
      case 'freeze':
        clock.freezeTimers()
        return () => {
          clock.thawTimers()
          clock.whenAwake(() => {
            life.emit('returned')
          })
        }
      case 'socket-cut':
        network.cutSockets()
        return undefined
      case 'half-open':
        for (const socket of network.sockets) socket.goSilent()
        return undefined
      default:
        throw new Error(`${kind} strikes single requests`)
    }
  }

  #setDown(isDown: boolean): void {
    this.#isDown = isDown
    for (const { tab } of this.visitors.flatMap(({ tabs }) => tabs)) {
      tab.network.areSocketsBlocked = isDown
      if (isDown) tab.network.cutSockets()
    }
  }
}

/** Runs one world from its seed: the chaos phase, then the quiet one in which everything must converge. */
export async function runChatWorld(options: ChatWorldTerms): Promise<WorldReport> {
  const { seed, chaosMs = 20 * minuteMs, quietMs = 15 * minuteMs, untilMs = Infinity } = options
  const world = new World(options)
  const { timeline, trace, violations, visitors, server, swarm } = world
  await timeline.advance(Math.min(chaosMs, untilMs))
  if (untilMs > chaosMs) {
    world.calmDown()
    await timeline.advance(Math.min(quietMs, untilMs - chaosMs))
  }
  if (untilMs > chaosMs + quietMs) for (const visitor of visitors) checkConverged(visitor, server, violations)
  return endWorld(
    { seed, timeline, trace, violations, faults: swarm.kinds },
    () => {
      for (const { client } of visitors.flatMap(({ tabs }) => tabs)) client.dispose()
    },
    () => {
      for (const visitor of visitors) checkStopped(visitor, violations)
    },
  )
}
