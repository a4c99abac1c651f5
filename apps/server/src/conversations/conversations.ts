import type {
  AgentConversation,
  ClientMessageId,
  Conversation,
  ConversationId,
  ConversationStatus,
  Message,
  MessagePage,
  OrgId,
  PublicVisitorId,
  Sequence,
} from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { Principal } from '../auth/principal.ts'
import type { VisitorIdentity } from '../auth/visitor.ts'
import type { ConversationEvent, FanOut } from '../fan-out/contract.ts'
import type { ChangeResult, ConversationFilter, ConversationListPage, MessageWindow, Store } from '../store/contract.ts'
import { storableContent } from './content.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'

export type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>
export type AgentPrincipal = Extract<Principal, { kind: 'agent' }>
type Participant = VisitorPrincipal | AgentPrincipal

export interface MessageDraft {
  readonly conversationId: ConversationId
  /** As it came. Absent means the sender's own: `user` of a visitor, `agent` of an agent; no other is taken. */
  readonly role: string | undefined
  readonly content: string
  readonly clientMessageId: ClientMessageId | undefined
}

export interface Opened {
  readonly kind: 'opened'
  readonly conversation: AgentConversation
  readonly created: boolean
}

export interface Accepted {
  readonly kind: 'accepted'
  /** Stored and on disk. */
  readonly message: Message
  /** The same message had been accepted before; nothing was written or announced. */
  readonly replayed: boolean
  readonly conversation: AgentConversation
}

interface Changed {
  readonly kind: 'changed'
  readonly conversation: AgentConversation
}

/** What may happen to conversations, and to whom it is told: every rule that holds for HTTP and the socket alike. */
export interface Conversations {
  openConversation(
    principal: VisitorPrincipal,
    visitor: VisitorIdentity,
    idempotencyKey: string | undefined,
  ): Promise<Opened | Refused>
  postMessage(principal: Participant, draft: MessageDraft): Promise<Accepted | Refused>
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
  markRead(principal: AgentPrincipal, id: ConversationId, sequence: Sequence): Promise<Changed | Refused>
}

export interface ConversationsOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
}

const unbound = refused('token_invalid', 'Ask the bootloader for a token with the x-visitor-id header.')

/** Who writes or reads, as the store knows it; a refusal for a token that is bound to no visitor. */
type Sender = {
  readonly orgId: OrgId
  readonly role: 'user' | 'agent'
  readonly visitorId: PublicVisitorId | undefined
  readonly authorId: string | undefined
}

function senderOf(principal: Participant): Sender | Refused {
  if (principal.kind === 'agent')
    return { orgId: principal.orgId, role: 'agent', visitorId: undefined, authorId: principal.userId }
  const { org, visitorId } = principal
  return visitorId === undefined ? unbound : { orgId: org.id, role: 'user', visitorId, authorId: undefined }
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

/** Tells the sessions of a conversation what is committed. */
function createAnnouncements(fanOut: FanOut, random: Random) {
  function announce(
    orgId: OrgId,
    conversation: AgentConversation,
    message: Message | undefined,
    audience: ConversationEvent['audience'] = 'everybody',
  ): void {
    const { id, visitorId } = conversation
    fanOut.publish({ orgId, conversationId: id, visitorId, conversation, message, audience })
  }

  function announceChange(
    orgId: OrgId,
    result: ChangeResult,
    audience: ConversationEvent['audience'],
  ): Changed | Refused {
    if (result.kind === 'no-conversation') return refused('not_found')
    if (result.kind === 'unavailable') return refusedByStore(result, random)
    if (result.kind === 'changed') announce(orgId, result.conversation, undefined, audience)
    return { kind: 'changed', conversation: result.conversation }
  }

  return { announce, announceChange }
}

export function createConversations({ store, fanOut, clock, random }: ConversationsOptions): Conversations {
  const { announce, announceChange } = createAnnouncements(fanOut, random)
  const setStatus = async ({ orgId }: AgentPrincipal, id: ConversationId, status: ConversationStatus) =>
    announceChange(orgId, await store.ofOrg(orgId).setStatus(id, status), 'everybody')

  return {
    ...createReads(store),

    async openConversation({ org, visitorId }, visitor, idempotencyKey) {
      if (!org.config.writeEnabled) return refused('writes_disabled')
      if (visitorId !== undefined && visitorId !== visitor.visitorId) return refused('token_invalid')
      const wanted = { ...visitor, idempotencyKey, nowMs: clock.nowMs() }
      const result = await store.ofOrg(org.id).openConversation(wanted)
      if (result.kind === 'unavailable') return refusedByStore(result, random)
      if (result.created) announce(org.id, result.conversation, undefined)
      return result
    },

    async postMessage(principal, { conversationId, role, content, clientMessageId }) {
      const sender = senderOf(principal)
      if ('code' in sender) return sender
      if (principal.kind === 'visitor' && !principal.org.config.writeEnabled) return refused('writes_disabled')
      if (role !== undefined && role !== sender.role) return refused('role_invalid')
      const storable = storableContent(content)
      if (storable === undefined) return refused('content_invalid')

      const { orgId, ...author } = sender
      const result = await store
        .ofOrg(orgId)
        .appendMessage({ ...author, conversationId, content: storable, clientMessageId, nowMs: clock.nowMs() })
      switch (result.kind) {
        case 'stored':
          announce(orgId, result.conversation, result.message)
          return { kind: 'accepted', message: result.message, replayed: false, conversation: result.conversation }
        case 'replayed':
          return { kind: 'accepted', message: result.message, replayed: true, conversation: result.conversation }
        case 'mismatch':
          return refused('idempotency_mismatch')
        case 'no-conversation':
          return refused('not_found')
        case 'unavailable':
          return refusedByStore(result, random)
      }
    },

    resolveConversation: (principal, id) => setStatus(principal, id, 'resolved'),
    reopenConversation: (principal, id) => setStatus(principal, id, 'open'),
    async markRead({ orgId }, id, sequence) {
      return announceChange(orgId, await store.ofOrg(orgId).markRead(id, sequence), 'agents')
    },
  }
}
