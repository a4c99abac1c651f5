import type { AgentConversation, ConversationId, Message, OrgId, PublicVisitorId, Sequence } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createLocalFanOut } from '../fan-out/local.ts'
import { createWaitingReads, longestReadWaitMs, type WaitingRead } from './waiting-reads.ts'

const orgId = 'org_a' as OrgId
const conversationId = 'c1' as ConversationId

function openWorld() {
  const clock = new SimClock()
  const fanOut = createLocalFanOut((error) => {
    throw error
  })
  const reads = createWaitingReads(fanOut, clock)
  const publish = (id: ConversationId, sequence: number, org = orgId) => {
    const message = { conversationId: id, sequence: sequence as Sequence } as Message
    const conversation = { id } as AgentConversation
    fanOut.publish({
      orgId: org,
      conversationId: id,
      visitorId: 'p' as PublicVisitorId,
      conversation,
      message,
      audience: 'everybody',
    })
  }
  const isWoken = async ({ woken }: WaitingRead) => {
    let result = false
    void woken.then(() => (result = true))
    await clock.settle()
    return result
  }
  return { clock, reads, publish, isWoken }
}

describe('waiting reads', () => {
  it('[HT27] wakes a long-poll for a newer message of its own conversation and organisation only', async () => {
    const { reads, publish, isWoken } = openWorld()
    const read = reads.wait(orgId, conversationId, 3 as Sequence, 20_000)
    publish('c2' as ConversationId, 9)
    publish(conversationId, 9, 'org_b' as OrgId)
    publish(conversationId, 3)
    expect(await isWoken(read)).toBe(false)
    publish(conversationId, 4)
    expect(await isWoken(read)).toBe(true)
  })

  it('[HT28] wakes a long-poll when its time is up, and never later than 25 s', async () => {
    const { clock, reads, isWoken } = openWorld()
    const short = reads.wait(orgId, conversationId, 0 as Sequence, 1_000)
    const long = reads.wait(orgId, conversationId, 0 as Sequence, 3_600_000)
    await clock.advance(1_000)
    expect([await isWoken(short), await isWoken(long)]).toEqual([true, false])
    await clock.advance(longestReadWaitMs - 1_000)
    expect(await isWoken(long)).toBe(true)
  })

  it('[HT29] leaves nothing behind when a long-poll is given up', () => {
    const { clock, reads } = openWorld()
    reads.wait(orgId, conversationId, 0 as Sequence, 20_000).cancel()
    expect(clock.pendingTimers).toBe(0)
  })

  it('[HT30] holds a bounded number of long-polls, and answers the next at once', async () => {
    const { reads, isWoken } = openWorld()
    let held = 0
    for (let index = 0; index < 5_000; index++) {
      const read = reads.wait(orgId, `c${String(index)}` as ConversationId, 0 as Sequence, 20_000)
      if (index % 1_000 === 999) held += (await isWoken(read)) ? 0 : 1
    }
    expect(held).toBe(2)
  })

  it('[HT31] wakes every long-poll when the server stops, and holds none after it', async () => {
    const { reads, isWoken } = openWorld()
    const read = reads.wait(orgId, conversationId, 0 as Sequence, 20_000)
    reads.stop()
    expect(await isWoken(read)).toBe(true)
    expect(await isWoken(reads.wait(orgId, conversationId, 0 as Sequence, 20_000))).toBe(true)
  })
})
