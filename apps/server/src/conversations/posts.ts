import type { AgentConversation, ClientMessageId, ConversationId, Message, OrgId } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { AppendResult, NewMessage, Store, Unavailable } from '../store/contract.ts'
import { storableContent } from './content.ts'
import { type Participant, type Sender, senderOf } from './participant.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'
import { Untold } from './untold.ts'

export interface MessageDraft {
  readonly conversationId: ConversationId
  /** As it came. Absent means the sender's own: `user` of a visitor, `agent` of an agent; no other is taken. */
  readonly role: string | undefined
  readonly content: string
  readonly clientMessageId: ClientMessageId | undefined
}

export interface Accepted {
  readonly kind: 'accepted'
  /** Stored and on disk. */
  readonly message: Message
  /** The same message had been stored before: nothing was written. It was announced only where it may not have been. */
  readonly replayed: boolean
  readonly conversation: AgentConversation
}

/** What became of each message, in the order in which they came. */
export interface Answered {
  readonly kind: 'answered'
  readonly outcomes: readonly (Accepted | Refused)[]
}

/** Messages coming in. */
export interface Posts {
  postMessage(principal: Participant, draft: MessageDraft): Promise<Accepted | Refused>
  /** As one after the other, in one transaction: a refusal of one stops no other. Refused as a whole where none could be stored. */
  postMessages(principal: Participant, drafts: readonly MessageDraft[]): Promise<Answered | Refused>
}

export interface PostsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  /** Tells the sessions of the conversation, after the commit. */
  readonly announce: (orgId: OrgId, conversation: AgentConversation, message: Message) => void
}

/** Who may write at all at this moment. */
function writerOf(principal: Participant): Sender | Refused {
  if (principal.kind === 'visitor' && principal.visitorId !== undefined && !principal.org.config.writeEnabled)
    return refused('writes_disabled')
  return senderOf(principal)
}

/** The message as it is to be stored. */
function asStorable({ orgId: _, ...author }: Sender, draft: MessageDraft, nowMs: number): NewMessage | Refused {
  const { role, conversationId, clientMessageId } = draft
  if (role !== undefined && role !== author.role) return refused('role_invalid')
  const content = storableContent(draft.content)
  if (content === undefined) return refused('content_invalid')
  return { ...author, conversationId, content, clientMessageId, nowMs }
}

export function createPosts({ store, clock, random, announce }: PostsOptions): Posts {
  const untold = new Untold()

  function refuse(result: Unavailable, messages: readonly NewMessage[]): Refused {
    if (result.reason === 'failing') untold.note(messages)
    return refusedByStore(result, random)
  }

  function outcomeOf(orgId: OrgId, result: Exclude<AppendResult, Unavailable>): Accepted | Refused {
    switch (result.kind) {
      case 'stored':
        untold.take(result.message)
        announce(orgId, result.conversation, result.message)
        return { kind: 'accepted', message: result.message, replayed: false, conversation: result.conversation }
      case 'replayed':
        if (untold.take(result.message)) announce(orgId, result.conversation, result.message)
        return { kind: 'accepted', message: result.message, replayed: true, conversation: result.conversation }
      case 'mismatch':
        return refused('idempotency_mismatch')
      case 'no-conversation':
        return refused('not_found')
    }
  }

  return {
    async postMessage(principal, draft) {
      const writer = writerOf(principal)
      if ('code' in writer) return writer
      const message = asStorable(writer, draft, clock.nowMs())
      if ('code' in message) return message
      const result = await store.ofOrg(writer.orgId).appendMessage(message)
      return result.kind === 'unavailable' ? refuse(result, [message]) : outcomeOf(writer.orgId, result)
    },

    async postMessages(principal, drafts) {
      const writer = writerOf(principal)
      if ('code' in writer) return writer
      const nowMs = clock.nowMs()
      const checked = drafts.map((draft) => asStorable(writer, draft, nowMs))
      const storable = checked.filter((each) => 'content' in each)
      const results = await store.ofOrg(writer.orgId).appendMessages(storable)
      if ('kind' in results) return refuse(results, storable)
      const outcomes = results.map((result) => outcomeOf(writer.orgId, result))
      // Those that were refused before the store saw them stand in between.
      for (const [index, each] of checked.entries()) if ('code' in each) outcomes.splice(index, 0, each)
      return { kind: 'answered', outcomes }
    },
  }
}
