import {
  asRecord,
  asString,
  type ClientFrame,
  closeCodes,
  type CloseCode,
  type ConversationId,
  decodeClientFrame,
  limits,
  type OrgId,
  parseJson,
  protocolNumber,
  rateLimits,
  type RefusalCode,
  type ResumePoint,
  typingLimits,
} from '@helvino/protocol'
import { fullBucket, priceOf, takeOne } from '../admission/token-buckets.ts'
import type { Role } from '../auth/principal.ts'
import { frameTable } from '../http/route-table.ts'
import { encodeServerFrame, type EventText } from './event-text.ts'
import { type Admission, admit, isSameMember, type Member, orgOfMember, roleOfMember } from './member.ts'
import { replay } from './replay.ts'
import type { SessionPorts, SessionSocket } from './session-ports.ts'

type State =
  | { readonly name: 'greeting' }
  /** `hello` is being checked. */
  | { readonly name: 'admitting' }
  /** The missed messages are on their way; what happens meanwhile is held back, so that order is kept. */
  | { readonly name: 'resuming'; readonly member: Member; readonly held: EventText[] }
  | { readonly name: 'live'; readonly member: Member }
  | { readonly name: 'closed' }

const expiredReason = 'token_expired'

function closeCodeOf(code: RefusalCode): CloseCode {
  if (code === 'rate_limited') return closeCodes.tooMany
  return code.startsWith('token_') || code === 'login_required' ? closeCodes.tokenRefused : closeCodes.denied
}

/** When to come back, as a client understands it. */
const comeBackIn = (ms: number): string => `retry-in-ms:${String(ms)}`

const framePrice = priceOf(rateLimits.socketFrames, 1)

/** One socket's life: `hello`, the missed messages, live events, `renew` as often as it likes, and one way to end. */
export class Session {
  readonly #socket: SessionSocket
  readonly #ports: SessionPorts
  #state: State = { name: 'greeting' }
  #protocol = protocolNumber
  #heardAtMs: number
  #isRenewing = false
  #typedAtMs = -Infinity
  readonly #frames = fullBucket()
  #cancelHello: () => void
  #cancelSilence: () => void
  #cancelExpiry: () => void = () => undefined

  constructor(socket: SessionSocket, ports: SessionPorts) {
    this.#socket = socket
    this.#ports = ports
    this.#heardAtMs = ports.clock.monotonicMs()
    this.#cancelHello = ports.clock.startTimer(limits.helloWithinMs, () => {
      this.close(closeCodes.silent, 'no hello')
    })
    this.#cancelSilence = ports.clock.startTimer(limits.socketSilenceMs, () => {
      this.#checkSilence()
    })
  }

  #member(): Member | undefined {
    return this.#state.name === 'resuming' || this.#state.name === 'live' ? this.#state.member : undefined
  }

  /** Whether it has been let in as somebody of this organisation. */
  isOf(orgId: OrgId): boolean {
    const member = this.#member()
    return member !== undefined && orgOfMember(member) === orgId
  }

  /** One frame from the client. */
  receive(text: string): void {
    if (this.#state.name === 'closed') return
    this.#heardAtMs = this.#ports.clock.monotonicMs()
    if (takeOne(this.#frames, framePrice, this.#heardAtMs) > 0) {
      this.close(closeCodes.tooMany, comeBackIn(this.#ports.comeBackInMs()))
      return
    }
    const frame = decodeClientFrame(text)
    if (frame === undefined) {
      if (!this.#isFromNewerProtocol(text)) this.close(closeCodes.badFrame, 'unknown or malformed frame')
      return
    }
    if (!frameTable[frame.type].includes(this.#role())) {
      this.close(closeCodes.badFrame, `${frame.type} is not allowed here`)
      return
    }
    this.#handle(frame).catch((error: unknown) => {
      this.#ports.onFailure(error)
      this.close(closeCodes.restart, 'retry-in-ms:1000')
    })
  }

  hear(text: EventText): void {
    if (this.#state.name === 'live') {
      this.#sendEvent(text, this.#state.member, true)
      return
    }
    if (this.#state.name !== 'resuming') return
    this.#state.held.push(text)
    if (this.#state.held.length > limits.replayMessages) this.close(closeCodes.tooSlow, 'too far behind')
  }

  /** Somebody writes: nothing for a session that is behind still, and nothing to tell the agent `typistId` of themselves. */
  hearTyping(text: string, typistId: string | undefined): void {
    const member = this.#member()
    if (member?.kind === 'agent' && member.userId === typistId) return
    this.hearNow(text)
  }

  /** Told as it happens: nothing for a session that is behind still. */
  hearNow(text: string): void {
    if (this.#state.name === 'live') this.#send(text)
  }

  /** A note has its place by itself, and what is deleted has none: they need not wait for the missed messages. */
  hearAside(text: string): void {
    if (this.#member()?.kind === 'agent') this.#send(text)
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state.name === 'closed') return
    this.#end()
    this.#socket.close(code, reason)
  }

  /** Acts on a logout, a removal or a switch while the token lives. Never rejects. */
  async recheck(): Promise<void> {
    const member = this.#member()
    if (member === undefined) return
    try {
      const code = await this.#ports.recheck(member)
      // A renewal meanwhile has been checked by itself.
      if (code !== undefined && this.#member() === member) this.close(closeCodeOf(code), code)
    } catch (error) {
      this.#ports.onFailure(error)
      this.close(closeCodes.restart, 'retry-in-ms:1000')
    }
  }

  /** The socket is gone, whoever closed it. */
  onGone(): void {
    if (this.#state.name !== 'closed') this.#end()
  }

  #end(): void {
    this.#state = { name: 'closed' }
    this.#cancelHello()
    this.#cancelSilence()
    this.#cancelExpiry()
    this.#ports.onClosed()
  }

  #role(): Role {
    const member = this.#member()
    return member ? roleOfMember(member) : 'anyone'
  }

  // Within the same protocol number an unknown frame is a fault; a newer client may know frames that this server does not.
  #isFromNewerProtocol(text: string): boolean {
    const type = asString(asRecord(parseJson(text))?.['type'])
    return type !== undefined && !Object.hasOwn(frameTable, type) && this.#protocol !== protocolNumber
  }

  async #handle(frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case 'hello':
        return this.#greet(frame)
      case 'renew':
        return this.#renew(frame.token)
      case 'ping':
        this.#send(encodeServerFrame({ type: 'pong' }))
        return
      case 'typing':
        return this.#noteTyping(frame.conversationId)
    }
  }

  /** More often than anybody needs to hear of it is dropped, and so is what could not be told: it is of no use later. */
  async #noteTyping(id: ConversationId): Promise<void> {
    const member = this.#member()
    const nowMs = this.#ports.clock.monotonicMs()
    if (member === undefined || nowMs - this.#typedAtMs < typingLimits.takenEveryMs) return
    this.#typedAtMs = nowMs
    try {
      await this.#ports.noteTyping(member, id)
    } catch (error) {
      this.#ports.onFailure(error)
    }
  }

  async #greet(hello: Extract<ClientFrame, { type: 'hello' }>): Promise<void> {
    if (this.#state.name !== 'greeting') {
      this.close(closeCodes.badFrame, 'hello twice')
      return
    }
    this.#state = { name: 'admitting' }
    this.#protocol = hello.protocol
    this.#cancelHello()
    const admission = admit(await this.#ports.authenticate(hello.token, hello.audience))
    if (this.#isClosed()) return
    if (admission.kind === 'refused') {
      this.#turnAway(admission)
      return
    }
    const { member } = admission
    if (!this.#ports.join(member)) {
      this.close(closeCodes.tooMany, comeBackIn(this.#ports.comeBackInMs()))
      return
    }
    this.#state = { name: 'resuming', member, held: [] }
    this.#armExpiry(member.expiresAtMs)
    await this.#resume(member, hello.conversations)
  }

  async #resume(member: Member, points: readonly ResumePoint[]): Promise<void> {
    const replayed = await replay(member, points, {
      ports: this.#ports,
      socket: this.#socket,
      isClosed: () => this.#isClosed(),
    })
    if (replayed === 'too-slow') this.close(closeCodes.tooSlow, 'the missed messages were not read')
    if (this.#state.name !== 'resuming' || replayed === 'too-slow') return
    const { held } = this.#state
    // Read again: `renew` may have replaced the member meanwhile.
    const live = { name: 'live', member: this.#state.member } as const
    this.#state = live
    for (const text of held) {
      const { message } = text.event
      const isReplayed = message !== undefined && message.sequence <= (replayed.get(message.conversationId) ?? 0)
      this.#sendEvent(text, live.member, !isReplayed)
    }
  }

  async #renew(token: string): Promise<void> {
    const before = this.#member()
    // One at a time: a client that floods renewals gets one answer for them, and no work beyond it.
    if (before === undefined || this.#isRenewing) return
    this.#isRenewing = true
    const admission = admit(await this.#ports.authenticate(token, before.kind))
    this.#isRenewing = false
    if (this.#state.name !== 'resuming' && this.#state.name !== 'live') return
    if (admission.kind === 'refused') {
      this.#turnAway(admission)
      return
    }
    if (!isSameMember(before, admission.member)) {
      this.close(closeCodes.tokenRefused, 'the token belongs to somebody else')
      return
    }
    this.#state = { ...this.#state, member: admission.member }
    this.#armExpiry(admission.member.expiresAtMs)
    this.#send(encodeServerFrame({ type: 'renewed' }))
  }

  #turnAway({ code, retryAfterSeconds }: Extract<Admission, { kind: 'refused' }>): void {
    this.close(closeCodeOf(code), retryAfterSeconds === undefined ? code : comeBackIn(retryAfterSeconds * 1_000))
  }

  #armExpiry(expiresAtMs: number): void {
    this.#cancelExpiry()
    const { clock } = this.#ports
    this.#cancelExpiry = clock.startTimer(Math.max(0, expiresAtMs - clock.nowMs()) + limits.renewGraceMs, () => {
      this.close(closeCodes.tokenRefused, expiredReason)
    })
  }

  #checkSilence(): void {
    const { clock } = this.#ports
    const silentMs = clock.monotonicMs() - this.#heardAtMs
    if (silentMs >= limits.socketSilenceMs) {
      this.close(closeCodes.silent, 'nothing heard')
      return
    }
    this.#cancelSilence = clock.startTimer(limits.socketSilenceMs - silentMs, () => {
      this.#checkSilence()
    })
  }

  #sendEvent(text: EventText, member: Member, withMessage: boolean): void {
    const message = text.message(member.kind)
    if (withMessage && message !== undefined) this.#send(message)
    this.#send(text.conversation(member.kind))
  }

  #send(text: string): void {
    if (this.#isClosed()) return
    this.#socket.send(text)
    if (this.#socket.queuedBytes() > limits.socketQueueBytes) this.close(closeCodes.tooSlow, 'the reader is too slow')
  }

  // A method, so that the compiler does not hold on to a state that an `await` may have changed.
  #isClosed(): boolean {
    return this.#state.name === 'closed'
  }
}
