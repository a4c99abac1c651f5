import type { ChatClient, TokenEvent } from '@helvino/client'
import { type Runtime, uuid } from '@helvino/runtime'
import { SimBrowser, type SimRandom, type SimServer, type SimTab, type SimTimeline } from '@helvino/testkit'
import type { ChatPackage } from '../chat/chat-package.ts'
import { isRenewal, talkativeSite } from './herd-server.ts'

/** What the page of a widget is doing: somebody has the chat open and writes, the page is seen, or it has been hidden for long. */
export type Activity = 'in use' | 'visible' | 'asleep'

/** What a widget asks the server for: a token, a socket, or anything else. */
export type Question = 'renewal' | 'socket' | 'other'

/** What the renewer draws by chance, and should spread evenly: a wait after a failure, or the point of a token's life for the next renewal. */
export type Draw = 'wait' | 'point'

export interface WidgetTerms {
  readonly activity: Activity
  /** The visitor has a conversation, and so the page has a socket for as long as it takes part. */
  readonly hasTalk: boolean
  readonly timeline: SimTimeline
  readonly server: SimServer
  readonly random: SimRandom
  readonly createClient: ChatPackage['createVisitorClient']
  readonly onAsk: (question: Question) => void
  /** `place`: between the least and the most that may be drawn, 0 to 1. */
  readonly onDraw: (draw: Draw, place: number) => void
}

const budgetOfAMinute = 6
const latencyMs = 40

/** One widget of the herd: the real client in a browser of its own, with one tab. */
export class Widget {
  readonly activity: Activity
  /** When it was first live again after `expectBack`, in ms of the timeline. */
  backAtMs: number | undefined
  /** Renewals asked for since `expectBack`, until it was back. */
  triesUntilBack = 0
  readonly #terms: WidgetTerms
  readonly #tab: SimTab
  #client: ChatClient | undefined
  #isExpected = false
  /** When it last asked for tokens, in ms of the timeline. */
  #asksAtMs: readonly number[] = []
  /** When the token was asked for that it has, in ms of the timeline, and how long that lives. */
  #renewedAtMs = NaN
  #lifeMs = NaN

  constructor(terms: WidgetTerms) {
    const { activity, timeline, server, random } = terms
    this.#terms = terms
    this.activity = activity
    this.#tab = new SimBrowser({ server, timeline, seed: random.seed }).openTab()
    this.#tab.network.delayMs = latencyMs
  }

  open(): void {
    const { activity, hasTalk, random, createClient } = this.#terms
    const client = createClient({
      runtime: this.#watchedRuntime(),
      apiUrl: 'https://api.example',
      site: { siteId: hasTalk ? talkativeSite : 'quiet' },
      visitorId: `v_${uuid(random)}`,
    })
    this.#client = client
    client.subscribe(({ connection }) => {
      if (connection.state === 'live' && this.#isExpected) this.backAtMs ??= this.#terms.timeline.elapsedMs
    })
    client.renewer.subscribe((event) => {
      this.#hear(event)
    })
    if (activity === 'in use') client.setEngaged(true)
    if (activity === 'asleep') this.#tab.life.emit('hidden')
    void client.start()
  }

  /** The server is gone: its sockets break, and no other can be had. */
  drop(): void {
    this.#tab.network.areSocketsBlocked = true
    this.#tab.network.cutSockets()
  }

  write(): void {
    void this.#client?.send('Is anybody there?')
  }

  /** The server is there again. */
  expectBack(): void {
    this.#tab.network.areSocketsBlocked = false
    this.#isExpected = true
  }

  #watchedRuntime(): Runtime {
    const { network } = this.#tab
    const { onAsk } = this.#terms
    return {
      ...this.#tab.runtime,
      network: {
        request: (request, signal) => {
          const isForToken = isRenewal(request)
          if (isForToken) this.#noteRenewal()
          onAsk(isForToken ? 'renewal' : 'other')
          // The log of a page that runs for long is of no use here.
          network.log.length = 0
          return network.request(request, signal)
        },
        openSocket: (url, listener) => {
          onAsk('socket')
          return network.openSocket(url, listener)
        },
      },
    }
  }

  #noteRenewal(): void {
    this.#asksAtMs = [...this.#asksAtMs.slice(1 - budgetOfAMinute), this.#terms.timeline.elapsedMs]
    if (this.#isExpected && this.backAtMs === undefined) this.triesUntilBack += 1
  }

  #hear(event: TokenEvent): void {
    const { onDraw, timeline } = this.#terms
    if (event.type === 'renewing') {
      const age = (timeline.elapsedMs - this.#renewedAtMs) / this.#lifeMs
      if (event.cause === 'ahead' && event.attempt === 0) onDraw('point', 10 * age - 8)
    }
    if (event.type === 'renewed') {
      this.#renewedAtMs = this.#asksAtMs.at(-1) ?? NaN
      // The server reads its clock when half of the way is behind the request.
      this.#lifeMs = event.expiresAtMs - (timeline.nowMs - latencyMs / 2)
    }
    if (event.type === 'failed' && !event.isFinal) this.#noteWait(event.attempt, event.waiting)
  }

  /** Only where the budget of a minute does not touch what may be drawn. `failures`: before this one. `waiting`: callers at that moment. */
  #noteWait(failures: number, waiting: number): void {
    const baseMs = this.activity === 'in use' && waiting > 0 ? 1_000 : 10_000
    const ceilingMs = Math.min(30 * baseMs, baseMs * 2 ** failures)
    const freeAtMs = (this.#asksAtMs.at(-budgetOfAMinute) ?? -60_000) + 60_000
    const { waitMs } = this.#client?.renewer.snapshot() ?? { waitMs: NaN }
    if (freeAtMs <= this.#terms.timeline.elapsedMs + ceilingMs / 2)
      this.#terms.onDraw('wait', (2 * waitMs) / ceilingMs - 1)
  }
}
