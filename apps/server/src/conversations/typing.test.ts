import { type ConversationId, type OrgId, type VisitorId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { expect, it } from 'vitest'
import { openTestStore } from '../../tests/sqlite-stores.ts'
import { createIdentifyVisitor } from '../auth/visitor.ts'
import type { FanOutEvent } from '../fan-out/contract.ts'
import { createLocalFanOut } from '../fan-out/local.ts'
import { orgLike } from '../store/contract-suite.ts'
import { type AgentPrincipal, createConversations, type VisitorPrincipal } from './conversations.ts'
import { createNoteTyping } from './typing.ts'

const times = { issuedAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER }
const org = orgLike('a')
const identify = createIdentifyVisitor(new SimRandom('visitor').bytes(32))
const ann = identify(org.id, 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId)
const bob = identify(org.id, 'v_00000000-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId)
const visitor = (visitorId: VisitorPrincipal['visitorId']): VisitorPrincipal => ({
  ...{ kind: 'visitor', org, visitorId, ...times },
})
const agent = (orgId: OrgId, userId = 'u1'): AgentPrincipal => ({
  ...{ kind: 'agent', orgId, userId, sessionId: 's1', role: 'agent', ...times },
})

it('[CNV17] tells who writes in a conversation, and nothing of a foreign one or one that does not exist', async () => {
  const store = openTestStore()
  await store.putOrg(org)
  await store.putOrg(orgLike('b'))
  const fanOut = createLocalFanOut((error) => {
    throw error
  })
  const conversations = createConversations({ store, fanOut, clock: new SimClock(), random: new SimRandom('typing') })
  const opened = await conversations.openConversation(visitor(ann.visitorId), ann, undefined)
  if (opened.kind !== 'opened') throw new Error(opened.code)
  const { id } = opened.conversation
  const events: FanOutEvent[] = []
  fanOut.subscribe((event) => events.push(event))
  const noteTyping = createNoteTyping({
    ...{ conversations, fanOut },
    findAgentName: (userId) => Promise.resolve(userId === 'u1' ? 'Ada' : undefined),
  })

  for (const stranger of [visitor(bob.visitorId), visitor(undefined), agent(orgLike('b').id)])
    await noteTyping(stranger, id)
  await noteTyping(agent(org.id), 'nowhere' as ConversationId)
  expect(events).toEqual([])

  await noteTyping(visitor(ann.visitorId), id)
  await noteTyping(agent(org.id), id)
  await noteTyping(agent(org.id, 'gone'), id)
  const where = { orgId: org.id, conversationId: id, visitorId: ann.visitorId }
  expect(events).toEqual([
    { ...where, typing: { role: 'user' } },
    { ...where, typing: { role: 'agent', userId: 'u1', name: 'Ada' } },
    { ...where, typing: { role: 'agent', userId: 'gone', name: '' } },
  ])
})
