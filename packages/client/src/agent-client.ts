import { asRecord, asString, type ConversationId, type Note, type VisitorProfile } from '@helvino/protocol'
import type { Clock, Network, Runtime } from '@helvino/runtime'
import { type TokenAnswer, TokenRenewer } from '@helvino/token/core'
import { parseTokenExpiration } from '@helvino/token/jwt'
import { type AgentDesk, createAgentDesk } from './agent-desk.ts'
import { agentAudience } from './audience.ts'
import { readAnswer, request, unreachable } from './call.ts'
import { ChatClient } from './chat-client.ts'
import { agentOwner, ownedName } from './owner.ts'
import { renewerTerms } from './renewer-terms.ts'
import { connectShared } from './shared-connection.ts'
import { Typing } from './typing.ts'

const tokenWithinMs = 10_000

export interface AgentClientOptions {
  readonly runtime: Runtime
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly orgId: string
  readonly userId: string
  /** Hears of each profile of a visitor that changes. */
  readonly onVisitor?: (profile: VisitorProfile) => void
  /** Hears of conversations that are deleted for good. */
  readonly onGone?: (ids: readonly ConversationId[]) => void
}

function decodeAgentToken(
  body: unknown,
): { token: string; userId: string | undefined; issuerNowMs: number } | undefined {
  const record = asRecord(body)
  const token = asString(record?.['agentToken'])
  const issuerNowMs = Date.parse(asString(record?.['timestamp']) ?? '')
  return token === undefined || Number.isNaN(issuerNowMs)
    ? undefined
    : { token, userId: asString(record?.['userId']), issuerNowMs }
}

/**
 * Exchanges the page's session cookie for a short-lived agent token. A session that has ended is a final no, and so is one of somebody else: in
 * another tab of this browser one person has left and another has come.
 */
async function fetchAgentToken(
  { apiUrl, userId }: AgentClientOptions,
  network: Network,
  clock: Clock,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const call = { method: 'POST', url: `${apiUrl}/api/agent/token`, headers: {} } as const
  const result = await request(network, clock, call, tokenWithinMs, signal).then(
    (response) => readAnswer(response, decodeAgentToken, clock.nowMs()),
    unreachable,
  )
  if (result.kind === 'refused') return { kind: 'refused', reason: result.code }
  if (result.kind === 'unreachable')
    return { kind: 'unavailable', reason: result.reason, retryAfterMs: result.retryAfterMs }
  const { token, issuerNowMs } = result.value
  if ((result.value.userId ?? userId) !== userId) return { kind: 'refused', reason: 'login_required' }
  const expSeconds = parseTokenExpiration(token)
  if (expSeconds === null) return { kind: 'unavailable', reason: 'a token without an expiry' }
  return { kind: 'issued', token, expiresAtMs: expSeconds * 1_000, issuerNowMs }
}

export interface AgentClient {
  readonly chat: ChatClient
  /** Who else writes in which conversation. */
  readonly typing: Typing
  /** What is done beside the chat: assignment, notes, replies, the team. */
  readonly desk: AgentDesk
  /**
   * Hears of each private note of the organisation as it is written, by this agent or a colleague. One that was written while the connection was
   * away is not told: `desk.listNotes` has it. Returns the unsubscribe.
   */
  onNote(listener: (note: Note) => void): () => void
}

/** An agent's chat: its token comes from the session of the page. */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  const { runtime, apiUrl, orgId, userId } = options
  const { clock, network } = runtime
  const owner = agentOwner(orgId, userId)
  const noteListeners = new Set<(note: Note) => void>()
  const renewer = new TokenRenewer({
    ...renewerTerms(runtime, owner),
    fetchToken: (signal) => fetchAgentToken(options, network, clock, signal),
  })
  const chat = new ChatClient({
    ...{ runtime, audience: agentAudience(apiUrl, userId), renewer, outboxName: ownedName(owner, 'outbox') },
    loadConnect: () => Promise.resolve(connectShared),
    onFrame: (frame) => {
      typing.hear(frame)
      if (frame.type === 'visitor') options.onVisitor?.(frame.visitor)
      if (frame.type === 'gone') options.onGone?.(frame.conversationIds)
      if (frame.type === 'note') for (const listener of noteListeners) listener(frame.note)
    },
  })
  const typing = new Typing({
    clock,
    tell: (id) => {
      chat.noteTyping(id)
    },
  })
  return {
    chat,
    typing,
    desk: createAgentDesk({ runtime, apiUrl, renewer }),
    onNote(listener) {
      noteListeners.add(listener)
      return () => noteListeners.delete(listener)
    },
  }
}
