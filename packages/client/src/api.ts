import {
  type AgentConversation,
  asString,
  type ClientMessageId,
  type Conversation,
  type ConversationId,
  decodeAgentConversationList,
  decodeConversation,
  decodeConversationList,
  decodeMessagePage,
  decodePostedMessage,
  isTokenRefusal,
  type MessagePage,
  parseJson,
  type PostedMessage,
  type Sequence,
} from '@helvino/protocol'
import type { Clock, HttpRequest, Network } from '@helvino/runtime'
import { TokenError, type TokenRenewer } from '@helvino/token/core'
import { withToken } from '@helvino/token/with-token'
import type { Audience } from './audience.ts'
import { type CallResult, readAnswer, request, unreachable } from './call.ts'

const callWithinMs = 15_000

/** What a call comes to whose token could not be had, or whose request got no answer. */
export function tokenFailure(error: unknown): CallResult<never> {
  if (!(error instanceof TokenError)) return unreachable(error)
  if (error.code === 'refused') return { kind: 'refused', code: asString(error.cause) ?? error.code }
  return { kind: 'unreachable', reason: error.message, retryAfterMs: error.retryAfterMs }
}

/** Every call that needs the token. Results, never exceptions: see `CallResult`. */
export class Api {
  readonly audience: Audience
  readonly #network: Network
  readonly #clock: Clock
  readonly #renewer: TokenRenewer

  constructor(audience: Audience, network: Network, clock: Clock, renewer: TokenRenewer) {
    this.audience = audience
    this.#network = network
    this.#clock = clock
    this.#renewer = renewer
  }

  /** The visitor's open conversation, made where there is none: a repeat is harmless, since there is one at most. */
  openConversation(signal: AbortSignal): Promise<CallResult<Conversation>> {
    const { conversationsPath } = this.audience
    return this.#call(this.#post(conversationsPath, {}), decodeConversation, signal)
  }

  postMessage(
    conversationId: ConversationId,
    content: string,
    clientMessageId: ClientMessageId,
    signal: AbortSignal,
  ): Promise<CallResult<PostedMessage>> {
    const path = `${this.audience.conversationsPath}/${conversationId}/messages`
    const role = this.audience.kind === 'visitor' ? 'user' : 'agent'
    const post = this.#post(path, { role, content, clientMessageId })
    return this.#call(post, decodePostedMessage, signal)
  }

  /** Messages after `after`, oldest first; the newest page where `after` is `undefined`. */
  listMessages(
    conversationId: ConversationId,
    after: Sequence | undefined,
    signal: AbortSignal,
  ): Promise<CallResult<MessagePage>> {
    const query = after === undefined ? '' : `?after=${after}`
    return this.#call(this.#get(`/${conversationId}/messages${query}`), decodeMessagePage, signal)
  }

  listConversations(signal: AbortSignal): Promise<CallResult<readonly (Conversation | AgentConversation)[]>> {
    const decode = this.audience.kind === 'visitor' ? decodeConversationList : decodeAgentConversationList
    return this.#call<readonly (Conversation | AgentConversation)[]>(this.#get(''), decode, signal)
  }

  /** An agent's own verb on a conversation, for example `resolve`. */
  act(conversationId: ConversationId, verb: string, body: object, signal: AbortSignal): Promise<CallResult<true>> {
    const path = `${this.audience.conversationsPath}/${conversationId}/${verb}`
    return this.#call(this.#post(path, body), () => true as const, signal)
  }

  #get(path: string): HttpRequest {
    const { apiUrl, conversationsPath, identity } = this.audience
    return { method: 'GET', url: `${apiUrl}${conversationsPath}${path}`, headers: identity }
  }

  // No header beyond the founding ones: an older server's CORS list may name no other, and its browser would then send nothing.
  #post(path: string, body: object): HttpRequest {
    const { apiUrl, identity } = this.audience
    const json = { ...identity, 'content-type': 'application/json' }
    return { method: 'POST', url: apiUrl + path, headers: json, body: JSON.stringify(body) }
  }

  async #call<Value>(
    httpRequest: HttpRequest,
    decode: (body: unknown) => Value | undefined,
    signal: AbortSignal,
  ): Promise<CallResult<Value>> {
    const send = (token: string) => {
      const headersNow = { ...httpRequest.headers, [this.audience.tokenHeader]: token }
      return request(this.#network, this.#clock, { ...httpRequest, headers: headersNow }, callWithinMs, signal)
    }
    try {
      const response = await withToken(
        this.#renewer,
        send,
        (answer) => isTokenRefusal(answer.status, parseJson(answer.body)),
        { signal },
      )
      if (isTokenRefusal(response.status, parseJson(response.body)))
        return { kind: 'unreachable', reason: 'the token was refused twice', retryAfterMs: undefined }
      return readAnswer(response, decode, this.#clock.nowMs())
    } catch (error) {
      return tokenFailure(error)
    }
  }
}
