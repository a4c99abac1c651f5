import {
  type ClientFrame,
  closeCodes,
  type CloseCode,
  type Conversation,
  decodeClientFrame,
  limits,
  type Message,
  type ResumePoint,
  type ServerFrame,
} from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { SimServerSocket } from '@helvino/testkit'
import type { ModelBreak, StoreModel } from './store-model.ts'
import type { TokenModel } from './token-model.ts'

export interface RealtimeTerms {
  readonly clock: Clock
  readonly tokens: TokenModel
  readonly store: StoreModel
  readonly breaks: ReadonlySet<ModelBreak>
}

/** The server's side of one socket, by the wire contract's section on realtime. */
class Session {
  visitorId: string | undefined
  readonly #terms: RealtimeTerms
  readonly #socket: SimServerSocket
  readonly #onEnd: () => void
  #cancelSilence: () => void
  #cancelExpiry: (() => void) | undefined

  constructor(terms: RealtimeTerms, socket: SimServerSocket, onEnd: () => void) {
    this.#terms = terms
    this.#socket = socket
    this.#onEnd = onEnd
    this.#cancelSilence = this.#watchSilence(limits.helloWithinMs)
    socket.listen({
      onText: (text) => {
        this.#hear(text)
      },
      onClose: () => {
        this.#end()
      },
    })
  }

  send(frame: ServerFrame): void {
    this.#socket.send(JSON.stringify(frame))
  }

  #hear(text: string): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#watchSilence(limits.socketSilenceMs)
    const frame = decodeClientFrame(text)
    if (!frame) this.#close(closeCodes.badFrame)
    else if (frame.type === 'hello') this.#welcome(frame)
    else if (this.visitorId === undefined) this.#close(closeCodes.badFrame)
    else if (frame.type === 'ping') this.send({ type: 'pong' })
    // The model has nobody who would hear of it.
    else if (frame.type === 'typing') return
    else if (this.#admit(frame.token)) this.send({ type: 'renewed' })
  }

  #welcome({ token, protocol, conversations }: Extract<ClientFrame, { type: 'hello' }>): void {
    if (!this.#admit(token)) return
    const known = conversations.flatMap((point) => {
      const messages = this.#terms.store.messagesOf(this.visitorId ?? '', point.id)
      return messages ? [{ point, messages }] : []
    })
    const answers = known.map(({ point, messages }) => {
      const latestSequence = messages.at(-1)?.sequence ?? point.after
      return {
        id: point.id,
        latestSequence: this.#terms.breaks.has('no-replay') ? point.after : latestSequence,
        recovered: true,
      }
    })
    this.send({ type: 'ready', protocol, conversations: answers })
    for (const { point, messages } of known) this.#replay(point, messages)
  }

  #replay({ after }: ResumePoint, messages: readonly Message[]): void {
    if (this.#terms.breaks.has('no-replay')) return
    for (const message of messages) if (message.sequence > after) this.send({ type: 'message', message })
  }

  #admit(token: string): boolean {
    const verdict = this.#terms.tokens.verify(token)
    if (verdict.kind === 'refused') {
      this.#close(closeCodes.tokenRefused)
      return false
    }
    this.visitorId = verdict.claims.visitorId
    this.#cancelExpiry?.()
    const restMs = verdict.claims.expSeconds * 1_000 - this.#terms.clock.nowMs()
    this.#cancelExpiry = this.#terms.clock.startTimer(restMs + limits.renewGraceMs, () => {
      this.#close(closeCodes.tokenRefused)
    })
    return true
  }

  #watchSilence(withinMs: number): () => void {
    return this.#terms.clock.startTimer(withinMs, () => {
      this.#close(closeCodes.silent)
    })
  }

  #close(code: CloseCode): void {
    this.#socket.close(code, '')
    this.#end()
  }

  #end(): void {
    this.#cancelSilence()
    this.#cancelExpiry?.()
    this.#onEnd()
  }
}

/** All sockets of the model server. */
export class RealtimeModel {
  readonly #terms: RealtimeTerms
  readonly #sessions = new Set<Session>()

  constructor(terms: RealtimeTerms) {
    this.#terms = terms
  }

  connect(socket: SimServerSocket): void {
    const session = new Session(this.#terms, socket, () => {
      this.#sessions.delete(session)
    })
    this.#sessions.add(session)
  }

  /** To every socket of the visitor, after the commit. */
  tell(
    visitorId: string,
    frame: { type: 'message'; message: Message } | { type: 'conversation'; conversation: Conversation },
  ): void {
    for (const session of this.#sessions) if (session.visitorId === visitorId) session.send(frame)
  }
}
