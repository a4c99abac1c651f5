import { describe, expect, it } from 'vitest'
import { SimTimeline } from './sim-timeline.ts'

const nested = async (depth: number): Promise<number> => (depth === 0 ? 0 : 1 + (await nested(depth - 1)))

async function orderOf(seed: string | number | undefined): Promise<string> {
  const timeline = new SimTimeline(seed)
  const ran: number[] = []
  for (let name = 0; name < 8; name++) timeline.schedule(10, () => ran.push(name))
  await timeline.advance(10)
  return ran.join('')
}

describe('SimTimeline', () => {
  it('[KIT1] runs events in order of time, whatever the order of scheduling', async () => {
    const timeline = new SimTimeline()
    const ran: string[] = []
    for (const delayMs of [50, 10, 40, 20, 30, 5, 45])
      timeline.schedule(delayMs, () => ran.push(`${String(delayMs)}@${String(timeline.elapsedMs)}`))
    await timeline.advance(45)
    expect(ran).toEqual(['5@5', '10@10', '20@20', '30@30', '40@40', '45@45'])
    expect(timeline.pendingEvents).toBe(1)
  })

  it('[KIT2] orders events of one moment by the seed, and as scheduled without one', async () => {
    expect(await orderOf(undefined)).toBe('01234567')
    expect(await orderOf('a')).toBe(await orderOf('a'))
    const orders = new Set(await Promise.all([1, 2, 3, 4, 5].map((seed) => orderOf(seed))))
    expect(orders.size).toBeGreaterThan(1)
  })

  it('[KIT3] lets promise jobs come to rest after each event, before time goes on', async () => {
    const timeline = new SimTimeline()
    const seenAtMs: number[] = []
    const work = async () => {
      for (let round = 0; round < 30; round++) {
        await nested(20)
        timeline.schedule(0, () => undefined)
      }
      seenAtMs.push(timeline.elapsedMs)
    }
    timeline.schedule(5, () => void work())
    timeline.schedule(6, () => undefined)
    await timeline.advance(100)
    expect(seenAtMs).toEqual([5])
  })

  it('[KIT3] throws where promise jobs never come to rest', async () => {
    const timeline = new SimTimeline()
    let isOver = false
    const spin = async () => {
      while (!isOver) {
        await Promise.resolve()
        timeline.noteActivity()
      }
    }
    void spin()
    await expect(timeline.advance(1)).rejects.toThrow('never come to rest')
    isOver = true
  })

  it('[KIT4] throws from advance what an event or the server of a test throws', async () => {
    const timeline = new SimTimeline()
    timeline.carry(0, () => {
      throw new Error('bug')
    })
    await expect(timeline.advance(1)).rejects.toThrow('bug')
    await expect(timeline.advance(1)).resolves.toBeUndefined()
  })

  it('[KIT5] tells whether it ran idle within the limit', async () => {
    const timeline = new SimTimeline()
    timeline.schedule(500, () => undefined)
    expect(await timeline.runUntilIdle(499)).toBe(false)
    expect(await timeline.runUntilIdle(10)).toBe(true)
    expect(timeline.elapsedMs).toBe(500)
  })
})
