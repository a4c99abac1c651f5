import type { AgentConversation, ConversationId, OrgId, PublicVisitorId } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import type { ConversationEvent, FanOutEvent } from './contract.ts'
import { createLocalFanOut } from './local.ts'

const event = (id: string): ConversationEvent => ({
  orgId: 'org_a' as OrgId,
  conversationId: id as ConversationId,
  visitorId: 'p' as PublicVisitorId,
  conversation: { id } as AgentConversation,
  message: undefined,
  audience: 'everybody',
})

const idOf = (event: FanOutEvent) => ('conversationId' in event ? event.conversationId : '')

describe('local fan-out', () => {
  it('[FO1] tells every listener of every event in the order of publishing, until it leaves', () => {
    const fanOut = createLocalFanOut(() => undefined)
    const heard: string[] = []
    const leave = fanOut.subscribe((each) => heard.push(`one ${idOf(each)}`))
    fanOut.subscribe((each) => heard.push(`two ${idOf(each)}`))
    fanOut.publish(event('a'))
    leave()
    fanOut.publish(event('b'))
    expect(heard).toEqual(['one a', 'two a', 'two b'])
  })

  it('[FO2] reports a listener that throws, and tells the others and the publisher nothing of it', () => {
    const errors: unknown[] = []
    const heard: string[] = []
    const fanOut = createLocalFanOut((error) => errors.push(error))
    fanOut.subscribe(() => {
      throw new Error('a bug')
    })
    fanOut.subscribe((each) => heard.push(idOf(each)))
    fanOut.publish(event('a'))
    expect(heard).toEqual(['a'])
    expect(errors).toHaveLength(1)
  })
})
