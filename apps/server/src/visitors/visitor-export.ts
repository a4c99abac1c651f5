import { limits, type OrgId, type PublicVisitorId, type Sequence, sequenceZero } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { OrgRepository, Store } from '../store/contract.ts'

export interface VisitorExportOptions {
  readonly store: Store
  readonly clock: Clock
}

/** Everything that is kept of a visitor, as the text of one JSON object, piece by piece; `undefined` where nothing is. */
export type ExportVisitor = (orgId: OrgId, visitorId: PublicVisitorId) => Promise<AsyncIterable<string> | undefined>

async function* messagesOf(ours: OrgRepository, conversationId: Parameters<OrgRepository['listMessages']>[0]) {
  let after: Sequence = sequenceZero
  let separator = ''
  for (;;) {
    const { messages } = await ours.listMessages(conversationId, {
      after,
      before: undefined,
      limit: limits.pageMessages,
    })
    const last = messages.at(-1)
    if (!last) return
    yield separator + messages.map((message) => JSON.stringify(message)).join(',')
    separator = ','
    after = last.sequence
  }
}

/** One page of messages is in memory at a time, however long a conversation is. */
async function* piecesOf(
  ours: OrgRepository,
  head: object,
  conversations: Awaited<ReturnType<OrgRepository['listVisitorConversations']>>,
): AsyncIterable<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"conversations":[`
  for (const [index, conversation] of conversations.entries()) {
    const notes = await ours.listNotes(conversation.id)
    const facts = JSON.stringify({ ...conversation, notes }).slice(0, -1)
    yield `${index === 0 ? '' : ','}${facts},"messages":[`
    yield* messagesOf(ours, conversation.id)
    yield ']}'
  }
  yield ']}\n'
}

export const createExportVisitor =
  ({ store, clock }: VisitorExportOptions): ExportVisitor =>
  async (orgId, visitorId) => {
    const ours = store.ofOrg(orgId)
    const [profile, conversations] = await Promise.all([
      ours.findProfile(visitorId),
      ours.listVisitorConversations(visitorId),
    ])
    if (!profile && conversations.length === 0) return undefined
    const exportedAt = new Date(clock.nowMs()).toISOString()
    return piecesOf(ours, { exportedAt, visitorId, profile: profile ?? null }, conversations)
  }
