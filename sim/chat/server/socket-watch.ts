import { type ClientFrame, decodeClientFrame, limits, parseJson, type ResumePoint } from '@helvino/protocol'
import type { SimServerSocket } from '@helvino/testkit'
import type { Trace } from '../../trace.ts'
import type { Violations } from '../../violations.ts'
import type { Ledger } from './ledger.ts'
import { readToken, type TokenClaims } from './token-claims.ts'

interface WireAnswer {
  readonly id: string
  readonly latestSequence: number
  readonly recovered: boolean
}
interface WireMessage {
  readonly id: string
  readonly conversationId: string
  readonly sequence: number
}

interface WireFrame {
  readonly type: string
  readonly conversations?: readonly WireAnswer[]
  readonly conversation?: { readonly id: string }
  readonly message?: WireMessage
}

/** Closing takes a moment. */
const slackMs = 1_000

/** How far one conversation has been told on one socket. */
interface Told {
  next: number
  /** Up to here it is the replay, which has no hole and repeats nothing. */
  readonly replayedTo: number
}

export interface SocketWatchTerms {
  readonly socket: SimServerSocket
  readonly ledger: Ledger
  readonly trace: Trace
  readonly violations: Violations
  /** The server's wall clock. */
  readonly nowMs: () => number
  /** True where a commit of this process may have been made without anybody being told. */
  readonly mayHaveHoles: () => boolean
  readonly onEnd: () => void
}

/** Watches the frames of one socket at the server's end: I3, I9 and I13. */
export class SocketWatch {
  /** Of the token that it was last admitted with, once the server has said so. */
  claims: TokenClaims | undefined
  readonly #terms: SocketWatchTerms
  readonly #told = new Map<string, Told>()
  #points: readonly ResumePoint[] = []
  #offered: TokenClaims[] = []

  constructor(terms: SocketWatchTerms) {
    this.#terms = terms
  }

  /** The socket with the watch in between. */
  get watched(): SimServerSocket {
    const { socket, trace, onEnd } = this.#terms
    return {
      url: socket.url,
      received: socket.received,
      send: (text) => {
        this.#hear(parseJson(text) as WireFrame)
        socket.send(text)
      },
      close: (code, reason) => {
        trace.add(`closed ${String(code)}`, reason)
        onEnd()
        socket.close(code, reason)
      },
      listen: ({ onText, onClose }) => {
        socket.listen({
          onText: (text) => {
            this.#ask(decodeClientFrame(text))
            onText?.(text)
          },
          onClose: (code) => {
            onEnd()
            onClose?.(code)
          },
        })
      },
    }
  }

  #ask(frame: ClientFrame | undefined): void {
    const overMs = this.claims ? this.#terms.nowMs() - this.claims.expiresAtMs - limits.renewGraceMs : 0
    if (overMs > slackMs && frame?.type === 'ping')
      this.#terms.violations.add('I11', `a socket is open ${overMs} ms after the grace of its token`)
    if (frame?.type === 'hello') this.#points = frame.conversations
    const claims = frame && 'token' in frame ? readToken(frame.token) : undefined
    if (claims) this.#offered.push(claims)
  }

  #hear(frame: WireFrame): void {
    if (frame.type === 'ready' || frame.type === 'renewed') this.claims = this.#offered.pop() ?? this.claims
    if (frame.type === 'ready') this.#hearReady(frame.conversations ?? [])
    if (frame.message) this.#hearMessage(frame.message)
    const id = frame.message?.conversationId ?? frame.conversation?.id
    if (id !== undefined) this.#checkOwner(id)
  }

  #hearReady(answers: readonly WireAnswer[]): void {
    const { ledger, trace, violations } = this.#terms
    for (const [index, { id, latestSequence, recovered }] of answers.entries()) {
      const point = this.#points[index]
      trace.add(`recovered ${String(recovered)}`, id)
      if (!point || !recovered) continue
      const missed = latestSequence - point.after
      if (missed < 0 || missed > limits.replayMessages)
        violations.add('I13', `${id} counts as recovered with ${missed} messages missed`)
      if (point.messageId !== undefined && ledger.idAt(id, point.after) !== point.messageId)
        violations.add('I13', `${id} counts as recovered, and place ${point.after} holds another message`)
      if (missed > 0) trace.add('replayed on resume', id)
      this.#told.set(id, { next: point.after + 1, replayedTo: latestSequence })
    }
  }

  #hearMessage({ id, conversationId, sequence }: WireMessage): void {
    const { ledger, violations, mayHaveHoles } = this.#terms
    if (ledger.idAt(conversationId, sequence) !== id || !ledger.isStored(this.claims?.orgId ?? '', id))
      violations.add('I3', `message ${sequence} of ${conversationId} is heard before it is stored`)
    const told = this.#told.get(conversationId)
    if (!told) this.#told.set(conversationId, { next: this.#storedOf(conversationId) + 1, replayedTo: 0 })
    else if (sequence === told.next) told.next += 1
    else if (told.next <= told.replayedTo)
      violations.add('I13', `${conversationId} is replayed with ${sequence} for ${told.next}`)
    else if (sequence > told.next) {
      if (!mayHaveHoles()) violations.add('I13', `${conversationId} goes on with ${sequence} for ${told.next}`)
      told.next = sequence + 1
    }
  }

  /** How many messages are stored. What was there before the first word on a conversation is fetched: the word may be of an old message whose commit was in doubt. */
  #storedOf(conversationId: string): number {
    return this.#terms.ledger.messagesOf(this.claims?.orgId ?? '', conversationId).length
  }

  /** True where it has said that it is ready, to somebody who may hear of this message, and has told of the conversation before. */
  isToldOf({ orgId, visitorId }: { orgId: string; visitorId: string }, { conversationId }: WireMessage): boolean {
    const isMember = this.claims?.orgId === orgId && (this.claims.visitorId ?? visitorId) === visitorId
    return isMember && this.#told.has(conversationId)
  }

  /** It has told of this message, or of a later one. */
  checkTold({ conversationId, sequence }: WireMessage): void {
    const next = this.#told.get(conversationId)?.next ?? 0
    if (next <= sequence)
      this.#terms.violations.add('I13', `nobody told a socket of message ${sequence} of ${conversationId}`)
  }

  /** What was replayed in part only. */
  checkReplayed(): void {
    for (const [id, { next, replayedTo }] of this.#told)
      if (next <= replayedTo) this.#terms.violations.add('I13', `${id} is replayed up to ${next - 1} of ${replayedTo}`)
  }

  #checkOwner(conversationId: string): void {
    const { ledger, violations } = this.#terms
    const owner = ledger.ownerOf(conversationId)
    if (!this.claims || !owner) return
    const { orgId, visitorId } = this.claims
    if (owner.orgId !== orgId || (visitorId !== undefined && owner.visitorId !== visitorId))
      violations.add('I9', `${visitorId ?? 'an agent'} hears of ${conversationId}, which is another's`)
  }
}
