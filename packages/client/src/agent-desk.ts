import {
  type AgentConversation,
  type AgentRole,
  asRecord,
  type AuditPage,
  type ClientMessageId,
  type ConversationCounts,
  type ConversationId,
  type ConversationPage,
  type ConversationStatus,
  type ConversationView,
  decodeAgentConversation,
  decodeAuditPage,
  decodeConversationCounts,
  decodeConversationPage,
  decodeInstallation,
  decodeNewInvitation,
  decodeNote,
  decodeNotes,
  decodeReplies,
  decodeTeam,
  headers,
  type Installation,
  isTokenRefusal,
  type NewInvitation,
  type Note,
  parseJson,
  type SavedReply,
  type Team,
} from '@helvino/protocol'
import { type HttpRequest, type Runtime, uuid } from '@helvino/runtime'
import type { TokenRenewer } from '@helvino/token/core'
import { withToken } from '@helvino/token/with-token'
import { tokenFailure } from './api.ts'
import { type CallResult, readAnswer, request } from './call.ts'

const callWithinMs = 15_000

/** Which conversations are asked for; what is left out does not matter. */
export interface DeskFilter {
  readonly view?: ConversationView
  readonly status?: ConversationStatus
  readonly unread?: boolean
  /** What is searched for, at most `limits.searchLength` characters. */
  readonly query?: string
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

/** What an agent does beside the chat itself, call by call. Nothing is kept, and nothing is tried again. */
export interface AgentDesk {
  listConversations(filter: DeskFilter): Promise<CallResult<ConversationPage>>
  countConversations(): Promise<CallResult<ConversationCounts>>
  /** `userId` `null`: nobody's task. Refused with `not_found` for somebody who is no member. */
  assign(id: ConversationId, userId: string | null): Promise<CallResult<AgentConversation>>
  listNotes(id: ConversationId): Promise<CallResult<readonly Note[]>>
  /** An id for `addNote`, kept until that is answered: the same note again is stored once. */
  createNoteId(): ClientMessageId
  /** Refused with `content_invalid`, or `limit_reached`. */
  addNote(id: ConversationId, content: string, clientNoteId: ClientMessageId): Promise<CallResult<Note>>
  listReplies(): Promise<CallResult<readonly SavedReply[]>>
  /** Makes or replaces it; answers all of them. Refused with `shortcut_taken`, `limit_reached` or `content_invalid`. */
  putReply(reply: SavedReply): Promise<CallResult<readonly SavedReply[]>>
  deleteReply(id: string): Promise<CallResult<readonly SavedReply[]>>
  findTeam(): Promise<CallResult<Team>>
  /** Admins only, as all that follows of the team. Refused with `address_taken` or `limit_reached`. */
  invite(email: string, role: AgentRole): Promise<CallResult<NewInvitation>>
  withdrawInvitation(id: string): Promise<CallResult<Team>>
  /** Refused with `last_owner`. */
  changeRole(userId: string, role: AgentRole): Promise<CallResult<Team>>
  /** Ends their sessions, and makes nobody's what was their task. Refused with `last_owner`. */
  removeMember(userId: string): Promise<CallResult<Team>>
  /** Whether every member's login has to ask for a code. Owners only. Refused with `two_factor_demanded` where their own does not. */
  demandTwoFactor(demanded: boolean): Promise<CallResult<Team>>
  /** What was done in the organisation, the newest first; `before` is `nextBefore` of the page before. Admins only. */
  listAudit(before?: string): Promise<CallResult<AuditPage>>
  findInstallation(): Promise<CallResult<Installation>>
}

export interface AgentDeskOptions {
  readonly runtime: Pick<Runtime, 'network' | 'clock' | 'random'>
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly renewer: TokenRenewer
}

// Each is a 409, which else means that the same request may succeed a little later.
const finalConflicts: readonly string[] = ['last_owner', 'shortcut_taken', 'address_taken', 'limit_reached']

function createCall({ runtime: { network, clock }, apiUrl, renewer }: AgentDeskOptions) {
  // Nobody gives up a call but its deadline.
  const { signal } = new AbortController()
  return async function call<Value>(
    method: HttpRequest['method'],
    path: string,
    decode: (body: unknown) => Value | undefined,
    body?: object,
  ): Promise<CallResult<Value>> {
    const json = body && { body: JSON.stringify(body) }
    const type = json && { 'content-type': 'application/json' }
    const send = (token: string) => {
      const sent = {
        method,
        url: `${apiUrl}/api/agent${path}`,
        headers: { ...type, [headers.agentToken]: token },
        ...json,
      }
      return request(network, clock, sent, callWithinMs, signal)
    }
    try {
      const response = await withToken(renewer, send, (answer) => isTokenRefusal(answer.status, parseJson(answer.body)))
      const result = readAnswer(response, decode, clock.nowMs())
      const isFinal = result.kind === 'unreachable' && finalConflicts.includes(result.reason)
      return isFinal ? { kind: 'refused', code: result.reason } : result
    } catch (error) {
      return tokenFailure(error)
    }
  }
}

function queryOf({ unread, ...rest }: DeskFilter): string {
  const parts = Object.entries({ ...rest, ...(unread && { unread: '1' }) })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return parts.length > 0 ? `?${parts.join('&')}` : ''
}

const decodeChanged = (body: unknown) => decodeAgentConversation(asRecord(body)?.['conversation'])

export function createAgentDesk(options: AgentDeskOptions): AgentDesk {
  const call = createCall(options)
  const { random } = options.runtime
  return {
    listConversations: (filter) => call('GET', `/conversations${queryOf(filter)}`, decodeConversationPage),
    countConversations: () => call('GET', '/counts', decodeConversationCounts),
    assign: (id, userId) => call('POST', `/conversations/${id}/assign`, decodeChanged, { userId }),
    listNotes: (id) => call('GET', `/conversations/${id}/notes`, decodeNotes),
    createNoteId: () => uuid(random) as ClientMessageId,
    addNote: (id, content, clientNoteId) =>
      call('POST', `/conversations/${id}/notes`, decodeNote, { content, clientNoteId }),
    listReplies: () => call('GET', '/replies', decodeReplies),
    putReply: ({ id, shortcut, content }) => call('PUT', `/replies/${id}`, decodeReplies, { shortcut, content }),
    deleteReply: (id) => call('DELETE', `/replies/${id}`, decodeReplies),
    findTeam: () => call('GET', '/team', decodeTeam),
    invite: (email, role) => call('POST', '/team/invitations', decodeNewInvitation, { email, role }),
    withdrawInvitation: (id) => call('DELETE', `/team/invitations/${id}`, decodeTeam),
    changeRole: (userId, role) => call('PUT', `/team/members/${userId}`, decodeTeam, { role }),
    removeMember: (userId) => call('DELETE', `/team/members/${userId}`, decodeTeam),
    demandTwoFactor: (demanded) => call('PUT', '/team/two-factor', decodeTeam, { demanded }),
    listAudit: (before) =>
      call('GET', before === undefined ? '/audit' : `/audit?before=${encodeURIComponent(before)}`, decodeAuditPage),
    findInstallation: () => call('GET', '/installation', decodeInstallation),
  }
}
