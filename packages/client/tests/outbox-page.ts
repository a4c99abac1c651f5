import type { KeyValue, SharedValues } from '@helvino/runtime'
import { SimBrowser, SimClock, SimRandom } from '@helvino/testkit'
import { Outbox } from '../src/outbox.ts'

const idle = { server: { respond: () => ({ status: 500 }), onConnection: () => undefined } }
export const dayMs = 24 * 3_600_000
let seeds = 0

/** One page's outbox. Pages with the same places and name are tabs of one owner. */
export function page(
  values: readonly SharedValues[],
  {
    clock = new SimClock(),
    name = 'owner',
    storage = new SimBrowser(idle).storage,
  }: { clock?: SimClock; name?: string; storage?: KeyValue } = {},
) {
  seeds += 1
  let keptCount = 0
  const shown: string[][] = []
  const outbox = new Outbox({
    ...{ name, clock, random: new SimRandom(seeds), values, storage },
    laneOf: (entry) => entry.conversationId ?? 'own',
    onChange: () => void shown.push(texts()),
    onKept: () => {
      keptCount += 1
    },
  })
  const texts = () => outbox.entries.map(({ content }) => content)
  const heads = (most = 1) => outbox.heads('own', most).map(({ content }) => content)
  return { clock, outbox, texts, heads, shown, keptCount: () => keptCount }
}

/** A browser whose tabs share two places: a database, and text. */
export function browser() {
  const sim = new SimBrowser(idle)
  const open = (name = 'owner') => {
    const tab = sim.openTab()
    return { tab, ...page(tab.runtime.values, { clock: tab.clock, name, storage: tab.runtime.storage }) }
  }
  return { sim, open, advance: (ms: number) => sim.timeline.advance(ms) }
}
