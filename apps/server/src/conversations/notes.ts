import { type ClientMessageId, type ConversationId, limits, type Note } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { FanOut } from '../fan-out/contract.ts'
import type { Store } from '../store/contract.ts'
import { storableContent } from './content.ts'
import type { AgentPrincipal } from './participant.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'

export interface NoteDraft {
  readonly conversationId: ConversationId
  readonly content: string
  readonly clientNoteId: ClientMessageId
}

/** What agents write beside a conversation, for each other. */
export interface Notes {
  listNotes(
    principal: AgentPrincipal,
    id: ConversationId,
  ): Promise<{ readonly kind: 'listed'; readonly notes: readonly Note[] } | Refused>
  /** The same id again is answered with the stored note, and told to nobody. */
  addNote(
    principal: AgentPrincipal,
    draft: NoteDraft,
  ): Promise<{ readonly kind: 'accepted'; readonly note: Note; readonly replayed: boolean } | Refused>
}

export interface NotesOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
  /** What the agent is called; `undefined` for one that is gone. */
  readonly findAgentName: (userId: string) => Promise<string | undefined>
}

export function createNotes({ store, fanOut, clock, random, findAgentName }: NotesOptions): Notes {
  return {
    async listNotes({ orgId }, id) {
      const ours = store.ofOrg(orgId)
      if (!(await ours.findConversation(id))) return refused('not_found')
      return { kind: 'listed', notes: await ours.listNotes(id) }
    },
    async addNote({ orgId, userId }, draft) {
      const content = storableContent(draft.content)
      if (content === undefined || content.length > limits.noteLength) return refused('content_invalid')
      const authorName = ((await findAgentName(userId)) ?? '').slice(0, limits.nameLength)
      const author = { authorId: userId, authorName }
      const result = await store.ofOrg(orgId).addNote({ ...draft, ...author, content, nowMs: clock.nowMs() })
      switch (result.kind) {
        case 'stored':
          fanOut.publish({ orgId, conversationId: draft.conversationId, note: result.note })
          return { kind: 'accepted', note: result.note, replayed: false }
        case 'replayed':
          return { kind: 'accepted', note: result.note, replayed: true }
        case 'mismatch':
          return refused('idempotency_mismatch')
        case 'no-conversation':
          return refused('not_found')
        case 'too-many':
          return refused('limit_reached', `A conversation takes ${String(limits.conversationNotes)} notes.`)
        case 'unavailable':
          return refusedByStore(result, random)
      }
    },
  }
}
