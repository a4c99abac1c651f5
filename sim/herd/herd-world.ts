import { SimRandom, SimTimeline } from '@helvino/testkit'
import { ourChat } from '../chat/chat-package.ts'
import { Capacity } from './capacity.ts'
import { Curve } from './curve.ts'
import { HerdServer } from './herd-server.ts'
import { beginsAtMs, endsAtMs, fleetCapacity, fleetSize, recoversAtMs, tokenLifeMs } from './outage.ts'
import { type Activity, Widget } from './widget.ts'

export interface HerdTerms {
  readonly seed: string
  /** Widgets that are run; each stands for as many of the fleet. */
  readonly widgets: number
  /** See `HerdServerTerms`. */
  readonly hasEdge?: boolean
  /** @defaultValue our client */
  readonly createClient?: typeof ourChat.createVisitorClient
}

/** Curves in events by second of the whole fleet, bin by bin; times in ms from the recovery. */
export interface HerdReport {
  readonly renewals: readonly number[]
  readonly served: readonly number[]
  /** Tries for a socket. */
  readonly sockets: readonly number[]
  /** The same tries in bins of a second: a spike of a moment is lost in ten. */
  readonly socketsBySecond: readonly number[]
  readonly others: readonly number[]
  /** Whatever pages that sleep asked for, in the bins. */
  readonly asleep: readonly number[]
  readonly backAfterMs: Readonly<Record<Exclude<Activity, 'asleep'>, readonly number[]>>
  /** Renewals of each widget that is awake, from the recovery until it was back. */
  readonly triesUntilBack: readonly number[]
  /** Waits of the renewals that failed without a word of the server: where each lies between half of its ceiling, 0, and all of it, 1. */
  readonly waits: readonly number[]
  /** Renewals ahead of time of pages that are seen: where each lies between 80 % of the token's life, 0, and 90 %, 1. */
  readonly points: readonly number[]
  readonly tokenRefusals: number
  readonly events: number
}

// Pages are opened over one token life: hidden ones so long before the bins begin that they have fallen asleep by then.
const openedOverMs = tokenLifeMs
const asleepAfterMs = 600_000
const dropAtMs = openedOverMs + asleepAfterMs - beginsAtMs
const writtenOverMs = 60_000

const activityOf = (index: number): Activity => {
  const place = index % 100
  return place === 1 ? 'in use' : place > 90 ? 'visible' : 'asleep'
}

/** When each page is opened, and when whoever is at it writes into the outage. */
function planLives(widgets: readonly Widget[], timeline: SimTimeline, chance: SimRandom): void {
  for (const widget of widgets) {
    const openedAfterMs = widget.activity === 'asleep' ? 0 : asleepAfterMs
    timeline.schedule(openedAfterMs + openedOverMs * chance.fraction(), () => {
      widget.open()
    })
    if (widget.activity === 'in use')
      timeline.schedule(dropAtMs + writtenOverMs * chance.fraction(), () => {
        widget.write()
      })
  }
}

/** The whole story of one outage of ten minutes, on virtual time. */
export async function runHerd({ seed, widgets: count, hasEdge = false, ...terms }: HerdTerms): Promise<HerdReport> {
  const random = new SimRandom(seed)
  const timeline = new SimTimeline(seed)
  const standsFor = fleetSize / count
  const nowMs = () => timeline.elapsedMs - dropAtMs
  const curve = () => new Curve(standsFor)
  const [renewals, sockets, others, served, asleep] = [curve(), curve(), curve(), curve(), curve()]
  const socketsBySecond = new Curve(standsFor, 1_000)
  const asked = { renewal: renewals, socket: sockets, other: others }
  const draws = { wait: [] as number[], point: [] as number[] }
  const server = new HerdServer({
    ...{ timeline, hasEdge },
    random: random.fork('server'),
    capacity: new Capacity(fleetCapacity / standsFor, random.fork('line')),
    onServed: (atMs) => {
      served.note(atMs - dropAtMs)
    },
  })
  const widgets = Array.from({ length: count }, (_unused, index) => {
    const activity = activityOf(index)
    return new Widget({
      ...{ activity, timeline, server, random: random.fork(`widget ${index}`) },
      hasTalk: activity !== 'asleep' || index % 10 === 0,
      createClient: terms.createClient ?? ourChat.createVisitorClient,
      onAsk: (question) => {
        asked[question].note(nowMs())
        if (question === 'socket') socketsBySecond.note(nowMs())
        if (activity === 'asleep') asleep.note(nowMs())
      },
      onDraw: (draw, place) => {
        // A hidden page leaves the renewal to one that is seen, and an edge says itself how long to wait.
        const isCounted = draw === 'wait' ? server.isDown && !hasEdge : activity !== 'asleep'
        if (isCounted) draws[draw].push(place)
      },
    })
  })
  planLives(widgets, timeline, random.fork('people'))
  await timeline.advance(dropAtMs)
  server.isDown = true
  for (const widget of widgets) widget.drop()
  await timeline.advance(recoversAtMs)
  server.isDown = false
  for (const widget of widgets) widget.expectBack()
  await timeline.advance(endsAtMs - recoversAtMs)
  const backAfterMs = (activity: Activity) =>
    widgets
      .filter((widget) => widget.activity === activity)
      .map(({ backAtMs = Infinity }) => backAtMs - dropAtMs - recoversAtMs)
  return {
    renewals: renewals.perSecond,
    served: served.perSecond,
    sockets: sockets.perSecond,
    socketsBySecond: socketsBySecond.perSecond,
    others: others.perSecond,
    asleep: asleep.perSecond,
    backAfterMs: { 'in use': backAfterMs('in use'), visible: backAfterMs('visible') },
    triesUntilBack: widgets.filter(({ activity }) => activity !== 'asleep').map(({ triesUntilBack }) => triesUntilBack),
    waits: draws.wait,
    points: draws.point,
    tokenRefusals: server.tokenRefusals,
    events: timeline.ranEvents,
  }
}
