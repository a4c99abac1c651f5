import {
  asRecord,
  asString,
  type ClientMessageId,
  decodeClientMessageId,
  headers,
  limits,
  type Message,
  parseJson,
  protocolNumber,
  type RefusalCode,
  refusals,
} from '@helvino/protocol'
import type { Clock, HttpRequest } from '@helvino/runtime'
import type { SimAnswer, SimServer, SimServerSocket } from '@helvino/testkit'
import { RealtimeModel } from './realtime-model.ts'
import { type ModelBreak, StoreModel } from './store-model.ts'
import { TokenModel } from './token-model.ts'

export interface ServerModelTerms {
  readonly clock: Clock
  readonly apiUrl: string
  readonly tokenLifeMs: number
  readonly breaks: ReadonlySet<ModelBreak>
  /** How many messages one request may bring; 0: the bootloader says nothing of it, as an older server. */
  readonly batchMessages: number
  /** What the server did, for the trace. */
  readonly onEvent: (kind: string, detail: string) => void
}

const refuse = (code: RefusalCode): SimAnswer => ({
  status: refusals[code].status,
  body: { error: refusals[code].error, code, message: refusals[code].error },
})

const config = {
  widgetEnabled: true,
  writeEnabled: true,
  aiEnabled: false,
  language: 'en',
  theme: { primaryColor: '#2563eb' },
  branding: true,
}

/** The whole server as the wire contract describes it, in memory: bootloader, conversations, messages, sockets. */
export class ServerModel implements SimServer {
  readonly tokens: TokenModel
  readonly store: StoreModel
  readonly #realtime: RealtimeModel
  readonly #terms: ServerModelTerms

  constructor(terms: ServerModelTerms) {
    const { clock, tokenLifeMs, breaks } = terms
    this.#terms = terms
    this.tokens = new TokenModel(clock, tokenLifeMs)
    this.store = new StoreModel(clock, breaks)
    this.#realtime = new RealtimeModel({ clock, tokens: this.tokens, store: this.store, breaks })
  }

  respond(request: HttpRequest): SimAnswer {
    const [path = '', query = ''] = request.url.slice(this.#terms.apiUrl.length).split('?')
    const answer = this.#route(request, path, query)
    this.#terms.onEvent(`served ${String(answer.status)}`, `${request.method} ${path}`)
    return answer
  }

  onConnection(socket: SimServerSocket): void {
    this.#terms.onEvent('socket', socket.url)
    this.#realtime.connect(socket)
  }

  /** An agent answers in the visitor's conversation. False where there is none yet. */
  reply(visitorId: string, content: string, key: ClientMessageId): boolean {
    const conversation = this.store.conversationsOf(visitorId)[0]
    if (!conversation) return false
    const result = this.store.append(visitorId, conversation.id, content, key, 'agent')
    if (result?.kind === 'stored') this.#tell(visitorId, result.message)
    return true
  }

  #route(request: HttpRequest, path: string, query: string): SimAnswer {
    const visitorId = request.headers[headers.visitorId]
    if (visitorId === undefined) return refuse('visitor_invalid')
    if (path === '/api/bootloader') return this.#bootloader(visitorId)
    const verdict = this.tokens.verify(request.headers[headers.orgToken])
    if (verdict.kind === 'refused') return refuse(verdict.code)
    if (verdict.claims.visitorId !== visitorId) return refuse('token_invalid')
    if (path === '/conversations') return request.method === 'POST' ? this.#open(visitorId) : this.#list(visitorId)
    const [, conversationId, batch] = /^\/conversations\/([\w-]+)\/messages(\/batch)?$/.exec(path) ?? []
    if (conversationId === undefined) return refuse('not_found')
    const body = parseJson(request.body ?? '')
    if (batch) return this.#postBatch(visitorId, conversationId, asRecord(body)?.['messages'])
    return request.method === 'POST'
      ? this.#post(visitorId, conversationId, asRecord(body))
      : this.#page(visitorId, conversationId, /(?:^|&)after=(\d+)/.exec(query)?.[1])
  }

  #bootloader(visitorId: string): SimAnswer {
    const timestamp = new Date(this.#terms.clock.nowMs()).toISOString()
    const org = { id: 'org', key: 'demo', name: 'Demo' }
    const orgToken = this.tokens.issue(visitorId)
    const batchMessages = this.#terms.batchMessages || undefined
    const told = { ok: true, org, config, orgToken, env: 'sim', timestamp, protocol: protocolNumber, batchMessages }
    return { status: 200, body: told }
  }

  #open(visitorId: string): SimAnswer {
    const { isNew, conversation } = this.store.open(visitorId)
    if (isNew) this.#realtime.tell(visitorId, { type: 'conversation', conversation })
    return { status: isNew ? 201 : 200, body: conversation }
  }

  #list(visitorId: string): SimAnswer {
    return { status: 200, body: { conversations: this.store.conversationsOf(visitorId) } }
  }

  #postBatch(visitorId: string, conversationId: string, messages: unknown): SimAnswer {
    const most = this.#terms.batchMessages
    if (!Array.isArray(messages) || messages.length < 1 || messages.length > most) return refuse('request_invalid')
    this.#terms.onEvent('batch', String(messages.length))
    const results = messages.map((message) => {
      const { status, body } = this.#post(visitorId, conversationId, asRecord(message))
      return status < 300 ? { message: body, replayed: status === 200 } : body
    })
    return { status: 200, body: { results } }
  }

  #post(visitorId: string, conversationId: string, body: Readonly<Record<string, unknown>> | undefined): SimAnswer {
    const content = asString(body?.['content'])
    const key = decodeClientMessageId(body?.['clientMessageId'])
    if (content === undefined || content === '' || content.length > limits.contentLength)
      return refuse('content_invalid')
    if (body?.['role'] !== 'user') return refuse('role_invalid')
    if (!key) return refuse('request_invalid')
    const result = this.store.append(visitorId, conversationId, content, key, 'user')
    if (!result) return refuse('not_found')
    if (result.kind === 'mismatch') return refuse('idempotency_mismatch')
    if (result.kind === 'replayed') {
      this.#terms.onEvent('replayed', key)
      return { status: 200, headers: { [headers.idempotentReplayed]: 'true' }, body: result.message }
    }
    this.#tell(visitorId, result.message)
    return { status: 201, body: result.message }
  }

  #page(visitorId: string, conversationId: string, after: string | undefined): SimAnswer {
    const messages = this.store.messagesOf(visitorId, conversationId)
    if (!messages) return refuse('not_found')
    const page =
      after === undefined
        ? messages.slice(-limits.pageMessages)
        : messages.filter(({ sequence }) => sequence > Number(after)).slice(0, limits.pageMessages)
    return { status: 200, body: { messages: page, latestSequence: messages.at(-1)?.sequence ?? 0 } }
  }

  #tell(visitorId: string, message: Message): void {
    this.#realtime.tell(visitorId, { type: 'message', message })
  }
}
