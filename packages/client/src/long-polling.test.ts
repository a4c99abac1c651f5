import { SimBrowser } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import { LongPolling, type News } from './long-polling.ts'

const news = (count: number, againInMs: number): CallResult<News> => ({
  kind: 'answered',
  value: { frames: Array<string>(count).fill('a frame'), againInMs },
})
const silence: CallResult<News> = { kind: 'unreachable', reason: 'none', retryAfterMs: undefined }

/** What each round comes to, in turn; after the last, that one again and again. */
function rig(...rounds: readonly CallResult<News>[]) {
  const { clock, random, timeline } = (() => {
    const browser = new SimBrowser({ server: { respond: () => ({ status: 500 }) } })
    const tab = browser.openTab()
    return { ...tab.runtime, timeline: browser.timeline, clock: tab.clock }
  })()
  const seen = { rounds: 0, frames: 0, states: [] as boolean[] }
  const polling = new LongPolling({
    clock,
    random,
    askForNews: () => Promise.resolve(rounds[seen.rounds++] ?? rounds.at(-1) ?? silence),
    onText: () => (seen.frames += 1),
    onChange: () => seen.states.push(polling.isAnswered),
  })
  return { polling, timeline, seen, clock }
}

describe('long-polling', () => {
  it('[LP1] asks again when it is told to, hands on what came, and says whether it is answered', async () => {
    const { polling, timeline, seen } = rig(news(2, 500), news(1, 10_000))
    polling.start()
    polling.start()
    await timeline.advance(400)
    expect(seen).toEqual({ rounds: 1, frames: 2, states: [true] })
    await timeline.advance(100)
    expect(seen).toMatchObject({ rounds: 2, frames: 3 })
    await timeline.advance(9_900)
    expect(seen.rounds).toBe(2)
    await timeline.advance(60_000)
    expect(seen.rounds).toBe(8)
  })

  it('[LP2] ends where its very first round fails, and after three failures where it was answered before', async () => {
    const dead = rig(silence)
    dead.polling.start()
    await dead.timeline.advance(600_000)
    expect(dead.seen).toEqual({ rounds: 1, frames: 0, states: [] })
    const lost = rig(news(0, 500), silence, silence, news(1, 500), silence)
    lost.polling.start()
    await lost.timeline.advance(600_000)
    expect(lost.seen).toEqual({ rounds: 7, frames: 1, states: [true, false, true, false] })
    lost.polling.start()
    await lost.timeline.advance(600_000)
    expect(lost.seen.rounds).toBe(8)
  })

  it('[LP3] ends at a refusal, and when it is stopped, and leaves no timer', async () => {
    const refused = rig(news(0, 500), { kind: 'refused', code: 'not_found' })
    refused.polling.start()
    await refused.timeline.advance(600_000)
    expect(refused.seen).toEqual({ rounds: 2, frames: 0, states: [true, false] })
    const stopped = rig(news(0, 500))
    stopped.polling.start()
    await stopped.timeline.advance(700)
    stopped.polling.stop()
    await stopped.timeline.advance(0)
    expect(stopped.polling.isAnswered).toBe(false)
    expect(stopped.clock.pendingTimers).toBe(0)
    await stopped.timeline.advance(60_000)
    expect(stopped.seen.rounds).toBe(2)
  })
})
