import type {
  AgentConversation,
  Conversation,
  ConversationId,
  ConversationStatus,
  MessagePage,
  Sequence,
} from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { VisitorIdentity } from '../auth/visitor.ts'
import type { FanOut } from '../fan-out/contract.ts'
import type { ConversationFilter, ConversationListPage, MessageWindow, Store } from '../store/contract.ts'
import { type Changed, createAnnouncements } from './announcements.ts'
import { type AgentPrincipal, type Participant, senderOf, unbound, type VisitorPrincipal } from './participant.ts'
import { createPosts, type Posts } from './posts.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'

export type { AgentPrincipal, VisitorPrincipal } from './participant.ts'
export type { MessageDraft } from './posts.ts'

export interface Opened {
  readonly kind: 'opened'
  readonly conversation: AgentConversation
  readonly created: boolean
}

/** What may happen to conversations, and to whom it is told: every rule that holds for HTTP and the socket alike. */
export interface Conversations extends Posts {
  openConversation(
    principal: VisitorPrincipal,
    visitor: VisitorIdentity,
    idempotencyKey: string | undefined,
  ): Promise<Opened | Refused>
  /** A conversation of somebody else is `not_found`, like one that does not exist. */
  findConversation(
    principal: Participant,
    id: ConversationId,
  ): Promise<{ readonly kind: 'found'; readonly conversation: AgentConversation } | Refused>
  listMessages(
    principal: Participant,
    id: ConversationId,
    window: MessageWindow,
  ): Promise<{ readonly kind: 'listed'; readonly page: MessagePage } | Refused>
  listVisitorConversations(
    principal: VisitorPrincipal,
  ): Promise<{ readonly kind: 'listed'; readonly conversations: readonly Conversation[] } | Refused>
  listConversations(principal: AgentPrincipal, filter: ConversationFilter): Promise<ConversationListPage>
  resolveConversation(principal: AgentPrincipal, id: ConversationId): Promise<Changed | Refused>
  reopenConversation(principal: AgentPrincipal, id: ConversationId): Promise<Changed | Refused>
  /** How far agents have read, which the visitor is told too, or how far the visitor has, which the agents are told. */
  markRead(principal: Participant, id: ConversationId, sequence: Sequence): Promise<Changed | Refused>
}

export interface ConversationsOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
}

type Reads = Pick<Conversations, 'findConversation' | 'listMessages' | 'listVisitorConversations' | 'listConversations'>

function createReads(store: Store): Reads {
  async function findConversation(principal: Participant, id: ConversationId) {
    const sender = senderOf(principal)
    if ('code' in sender) return sender
    const conversation = await store.ofOrg(sender.orgId).findConversation(id)
    const isForeign = sender.visitorId !== undefined && conversation?.visitorId !== sender.visitorId
    return conversation && !isForeign ? ({ kind: 'found', conversation } as const) : refused('not_found')
  }

  return {
    findConversation,
    async listMessages(principal, id, window) {
      const found = await findConversation(principal, id)
      if (found.kind === 'refused') return found
      const { orgId } = principal.kind === 'agent' ? principal : { orgId: principal.org.id }
      return { kind: 'listed', page: await store.ofOrg(orgId).listMessages(id, window) }
    },
    async listVisitorConversations({ org, visitorId }) {
      if (visitorId === undefined) return unbound
      return { kind: 'listed', conversations: await store.ofOrg(org.id).listVisitorConversations(visitorId) }
    },
    listConversations: ({ orgId }, filter) => store.ofOrg(orgId).listConversations(filter),
  }
}

export function createConversations({ store, fanOut, clock, random }: ConversationsOptions): Conversations {
  const { announce, announceChange } = createAnnouncements(fanOut, random)
  const setStatus = async ({ orgId }: AgentPrincipal, id: ConversationId, status: ConversationStatus) =>
    announceChange(orgId, await store.ofOrg(orgId).setStatus(id, status), 'everybody')

  return {
    ...createReads(store),
    ...createPosts({ store, clock, random, announce }),

    async openConversation({ org, visitorId }, visitor, idempotencyKey) {
      if (!org.config.writeEnabled) return refused('writes_disabled')
      if (visitorId !== undefined && visitorId !== visitor.visitorId) return refused('token_invalid')
      const wanted = { ...visitor, idempotencyKey, nowMs: clock.nowMs() }
      const result = await store.ofOrg(org.id).openConversation(wanted)
      if (result.kind === 'unavailable') return refusedByStore(result, random)
      if (result.created) announce(org.id, result.conversation, undefined)
      return result
    },

    resolveConversation: (principal, id) => setStatus(principal, id, 'resolved'),
    reopenConversation: (principal, id) => setStatus(principal, id, 'open'),
    async markRead(principal, id, sequence) {
      const reader = senderOf(principal)
      if ('code' in reader) return reader
      const { orgId, visitorId } = reader
      const ours = store.ofOrg(orgId)
      return visitorId === undefined
        ? announceChange(orgId, await ours.markRead(id, sequence), 'everybody')
        : announceChange(orgId, await ours.markVisitorRead(id, visitorId, sequence), 'agents')
    },
  }
}
