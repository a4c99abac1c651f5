import {
  type AgentConversation,
  asString,
  type ClientMessageId,
  type Conversation,
  type ConversationId,
  decodeBatchAnswer,
  decodeConversation,
  decodeConversationList,
  decodeMessagePage,
  decodePostedMessage,
  isTokenRefusal,
  jsonText,
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

/** A message that has its id already. */
export interface MessageToPost {
  readonly id: ClientMessageId
  readonly content: string
}

/** Every call that needs the token. Results, never exceptions: see `CallResult`. */
export class Api {
  readonly audience: Audience
  /** How many messages the server takes in one request: 1 until it says more. */
  batchMessages = 1
  readonly #network: Network
  readonly #clock: Clock
  readonly #renewer: TokenRenewer
  readonly #onUnknown: () => unknown

  /** `onUnknown` is called where the server does not know a conversation (any more) that is read: the list tells which there are. */
  constructor(audience: Audience, network: Network, clock: Clock, renewer: TokenRenewer, onUnknown: () => unknown) {
    this.audience = audience
    this.#network = network
    this.#clock = clock
    this.#renewer = renewer
    this.#onUnknown = onUnknown
  }

  /** The visitor's open conversation, made where there is none: a repeat is harmless, since there is one at most. */
  openConversation(signal: AbortSignal): Promise<CallResult<Conversation>> {
    const { conversationsPath } = this.audience
    return this.call(this.#post(conversationsPath, {}), decodeConversation, signal)
  }

  /** What became of each message, in their order. One goes by itself, as every server takes it; several go in one request. */
  async postMessages(
    conversationId: ConversationId,
    messages: readonly MessageToPost[],
    signal: AbortSignal,
  ): Promise<readonly CallResult<PostedMessage>[]> {
    const path = `${this.audience.conversationsPath}/${conversationId}/messages`
    const { role } = this.audience
    const bodies = messages.map(({ id, content }) => ({ role, content, clientMessageId: id }))
    const [only, second] = bodies
    if (only && !second) return [await this.call(this.#post(path, only), decodePostedMessage, signal)]
    const result = await this.call(this.#post(`${path}/batch`, { messages: bodies }), decodeBatchAnswer, signal)
    if (result.kind === 'answered') return result.value
    // A refusal of them all says nothing of each: they are tried one by one from here on.
    if (result.kind === 'refused') this.batchMessages = 1
    return messages.map(() => (result.kind === 'refused' ? unreachable(undefined) : result))
  }

  /** Messages after `at`, or the page that ends before it, oldest first; the newest page where it is `undefined`. */
  listMessages(
    conversationId: ConversationId,
    at: Sequence | undefined,
    signal: AbortSignal,
    side: 'after' | 'before' = 'after',
  ): Promise<CallResult<MessagePage>> {
    const query = at === undefined ? '' : `?${side}=${at}`
    return this.read(`/${conversationId}/messages${query}`, decodeMessagePage, signal)
  }

  listConversations(signal: AbortSignal): Promise<CallResult<readonly (Conversation | AgentConversation)[]>> {
    const decode = (body: unknown) => decodeConversationList(body, this.audience.decodeConversation)
    return this.read('', decode, signal)
  }

  /** What stands below the path of the conversations. `waitMs`: how long the server may hold the request. */
  async read<Value>(
    path: string,
    decode: (body: unknown) => Value | undefined,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<CallResult<Value>> {
    const result = await this.call(this.#get(path), decode, signal, waitMs + callWithinMs)
    if (path && result.kind === 'refused' && result.code === 'not_found') this.#onUnknown()
    return result
  }

  /** An agent's own verb on a conversation, for example `resolve`. */
  act(conversationId: ConversationId, verb: string, body: object, signal: AbortSignal): Promise<CallResult<true>> {
    const path = `${this.audience.conversationsPath}/${conversationId}/${verb}`
    return this.call(this.#post(path, body), () => true as const, signal)
  }

  #get(path: string): HttpRequest {
    const { apiUrl, conversationsPath, identity } = this.audience
    return { method: 'GET', url: `${apiUrl}${conversationsPath}${path}`, headers: identity }
  }

  // No header beyond the founding ones: an older server's CORS list may name no other, and its browser would then send nothing.
  #post(path: string, body: object): HttpRequest {
    const { apiUrl, identity } = this.audience
    const json = { ...identity, 'content-type': 'application/json' }
    return { method: 'POST', url: apiUrl + path, headers: json, body: jsonText(body) }
  }

  /** Any request, with a valid token, repeated once with a new one where that was refused. */
  async call<Value>(
    httpRequest: HttpRequest,
    decode: (body: unknown) => Value | undefined,
    signal: AbortSignal,
    withinMs = callWithinMs,
  ): Promise<CallResult<Value>> {
    const send = (token: string) => {
      const headersNow = { ...httpRequest.headers, [this.audience.tokenHeader]: token }
      return request(this.#network, this.#clock, { ...httpRequest, headers: headersNow }, withinMs, signal)
    }
    try {
      const response = await withToken(
        this.#renewer,
        send,
        (answer) => isTokenRefusal(answer.status, parseJson(answer.body)),
        { signal },
      )
      if (isTokenRefusal(response.status, parseJson(response.body)))
        return { kind: 'unreachable', reason: 'refused twice', retryAfterMs: undefined }
      return readAnswer(response, decode, this.#clock.nowMs())
    } catch (error) {
      return tokenFailure(error)
    }
  }
}
