import {
  asRecord,
  asString,
  type ClientFrame,
  closeCodes,
  type ConversationId,
  encodeClientFrame,
  limits,
  protocolNumber,
  type ResumePoint,
  type ServerFrame,
} from '@helvino/protocol'
import { backoffMs, type Socket, type Runtime } from '@helvino/runtime'
import type { TokenRenewer } from '@helvino/token/core'
import type { Audience } from './audience.ts'
import { askForNews, type NewsApi, type NewsPoint } from './ask-for-news.ts'
import { decodeFrame } from './decode-frame.ts'
import { LongPolling } from './long-polling.ts'

/** Where the live connection stands. */
export type ConnectionState =
  | { readonly state: 'offline' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'live' }
  /** No socket can be had, but plain requests are answered: what is new comes by those, until a try for a socket succeeds. */
  | { readonly state: 'polling' }
  /** `attempt` tries have failed; the next one starts by itself. */
  | { readonly state: 'waiting'; readonly attempt: number }
  /** The server will not have us; connecting again by itself would not help. */
  | { readonly state: 'denied'; readonly code: string }

export interface ConnectionPorts {
  readonly runtime: Runtime
  readonly renewer: TokenRenewer
  readonly audience: Audience
  /** True while a person is at it: decides how soon a lost connection is tried again. */
  readonly isInUse: () => boolean
  readonly resumePoints: () => readonly ResumePoint[]
  /** `text`: the frame as it came. */
  readonly onFrame: (frame: ServerFrame, text: string) => void
  /** What is asked for news where no socket can be had. */
  readonly api: NewsApi
  readonly newsPoint: () => NewsPoint | undefined
  readonly onState: (state: ConnectionState) => void
}

const openWithinMs = 15_000
const eagerEveryMs = 5_000
const inUseCapMs = 30_000
const idleCapMs = 300_000
const lastsAfterMs = 15_000
/** Tries for a socket that fail, one after the other, before it is done without. */
const pollsAfterTries = 2

/**
 * One live connection that stays: connects, says hello with what is already known, renews its token in place, notices a dead line by its own
 * ping, and comes back after every loss. What was missed is resumed by sequence, so losing a connection loses nothing else.
 */
export class Connection {
  readonly #ports: ConnectionPorts
  readonly #polling: LongPolling
  #state: ConnectionState = { state: 'offline' }
  #socket: Socket | undefined
  #attempt = 0
  #lastTryAtMs = -eagerEveryMs
  /** The server's hint of when to come back; monotonic ms. */
  #blockedUntilMs = 0
  #sentToken: string | undefined
  #cancelTimer: (() => void) | undefined
  #retryAtMs = 0
  #liveAtMs = 0
  #isPinging = false
  #unsubscribe: (() => void) | undefined
  #stop = new AbortController()

  constructor(ports: ConnectionPorts) {
    this.#ports = ports
    const { api, newsPoint } = ports
    const { clock, random, life } = ports.runtime
    const onChange = () => {
      this.#tell()
    }
    this.#polling = new LongPolling({
      ...{ clock, random, onChange },
      askForNews: (signal) => askForNews(api, clock, { own: newsPoint(), isVisible: life.isVisible() }, signal),
      onText: (text) => {
        const frame = decodeFrame(text, ports.audience)
        if (frame) ports.onFrame(frame, text)
      },
    })
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** `state`, or `polling` where that stands in for a connection. */
  get shown(): ConnectionState {
    return this.#polling.isAnswered ? { state: 'polling' } : this.#state
  }

  /** How long the server wants no try of ours, in ms. */
  get blockedMs(): number {
    return Math.max(0, this.#blockedUntilMs - this.#ports.runtime.clock.monotonicMs())
  }

  /**
   * Connects, and stays connected until `close`. Does nothing on a connection that is open. `lost`: as after so many failed tries, and with the
   * server's wish for none within `blockedMs`.
   */
  open(lost = 0, blockedMs = 0): void {
    if (this.#state.state !== 'offline') return
    this.#stop = new AbortController()
    this.#unsubscribe = this.#ports.renewer.subscribe((event) => {
      if (event.type !== 'renewed') return
      if (this.#state.state === 'live') this.#renewInPlace()
      // Whoever refused us has given a token since.
      if (this.#state.state === 'denied') void this.#connect()
    })
    if (lost > 0) {
      this.#attempt = lost - 1
      this.#retry(blockedMs)
    } else void this.#connect()
  }

  /** Ends the connection, for good or until `open`. */
  close(): void {
    this.#stop.abort()
    this.#drop()
    this.#unsubscribe?.()
    this.#attempt = 0
    this.#set({ state: 'offline' })
  }

  /** A reason to try now: cuts a wait short to five seconds after the last try, and never against the server's hint. */
  hurry(): void {
    const { state } = this.#state
    // One ping at a time: another would put off the moment at which the first counts as lost.
    if (state === 'live' && !this.#isPinging) this.#ping()
    if (state !== 'waiting') return
    const atMs = Math.max(this.#blockedUntilMs, this.#lastTryAtMs + eagerEveryMs)
    if (atMs < this.#retryAtMs) this.#connectAt(atMs)
  }

  /** Somebody writes there: said where the connection is live; else there is nobody to tell. */
  noteTyping(conversationId: ConversationId): void {
    if (this.#state.state === 'live') this.#send({ type: 'typing', conversationId })
  }

  async #connect(): Promise<void> {
    const { runtime, renewer, audience } = this.#ports
    const { signal } = this.#stop
    this.#cancelTimer?.()
    this.#lastTryAtMs = runtime.clock.monotonicMs()
    this.#set({ state: 'connecting', attempt: this.#attempt })
    try {
      await renewer.ensureValidToken({ signal })
    } catch (error) {
      if (signal.aborted) return
      // Looked at by its shape: the class may be in another file than this one, once both are built.
      const failure = asRecord(error)
      if (failure?.['code'] === 'refused') {
        this.#set({ state: 'denied', code: asString(failure['cause']) ?? 'refused' })
      } else this.#retry()
      return
    }
    if (signal.aborted) return
    this.#arm(openWithinMs, () => {
      this.#retry()
    })
    this.#socket = runtime.network.openSocket(audience.apiUrl.replace(/^http/, 'ws') + '/realtime', {
      onOpen: () => {
        void this.#hello(signal)
      },
      onText: (text) => {
        this.#hear(text)
      },
      onClose: (code, reason) => {
        this.#closed(code, reason)
      },
    })
  }

  async #hello(signal: AbortSignal): Promise<void> {
    const socket = this.#socket
    // Asked for anew at the moment of sending: it may have been renewed, or have run out, while the socket opened.
    const token = await this.#ports.renewer.validToken({ signal }).catch(() => undefined)
    // Without one the line is silent, which the timer that waits for `ready` notices.
    if (token === undefined || socket !== this.#socket || signal.aborted) return
    this.#sentToken = token
    const { audience, resumePoints } = this.#ports
    const conversations = resumePoints().slice(0, limits.helloConversations)
    this.#send({ type: 'hello', protocol: protocolNumber, token, audience: audience.kind, conversations })
  }

  #hear(text: string): void {
    const frame = decodeFrame(text, this.#ports.audience)
    const nowMs = this.#ports.runtime.clock.monotonicMs()
    if (frame?.type === 'ready') {
      this.#liveAtMs = nowMs
      // A greeting that is answered is as good as a ping.
      this.#isPinging = true
      this.#set({ state: 'live' })
      this.#renewInPlace()
    }
    // A server that says `ready` and drops us again has not come back: only a line that lasts counts.
    if (frame?.type === 'pong' && nowMs - this.#liveAtMs > lastsAfterMs) this.#attempt = 0
    // Whatever the server says shows that the line works; but it hears of us by our pings alone, however much it has to say.
    if (this.#isPinging) {
      this.#isPinging = false
      this.#arm(limits.pingEveryMs, () => {
        this.#ping()
      })
    }
    if (frame) this.#ports.onFrame(frame, text)
  }

  #ping(): void {
    this.#isPinging = true
    this.#send({ type: 'ping' })
    this.#arm(limits.pongWithinMs, () => {
      this.#retry()
    })
  }

  #renewInPlace(): void {
    const token = this.#ports.renewer.token()
    if (token === undefined || token === this.#sentToken) return
    this.#sentToken = token
    this.#send({ type: 'renew', token })
  }

  #closed(code: number, reason: string): void {
    if (code === closeCodes.tokenRefused && this.#sentToken !== undefined)
      this.#ports.renewer.reportRefused(this.#sentToken)
    if (code === closeCodes.denied) {
      this.#drop()
      this.#set({ state: 'denied', code: reason })
      return
    }
    const hintMs = /^retry-in-ms:(\d{1,6})$/.exec(reason)?.[1]
    this.#retry(Number(hintMs ?? 0))
  }

  /** Waits, then connects again: soon and spread where somebody is looking, not at all on a hidden page, which `hurry` wakes. */
  #retry(retryInMs = 0): void {
    const { runtime, isInUse } = this.#ports
    const { clock, random, life } = runtime
    this.#drop()
    const first = this.#attempt === 0
    const capMs = isInUse() ? inUseCapMs : idleCapMs
    const spreadMs = isInUse() ? 2_000 : 30_000
    const ownMs = first
      ? random.fraction() * spreadMs
      : backoffMs(this.#attempt - 1, isInUse() ? 1_000 : 10_000, capMs, random)
    this.#attempt += 1
    this.#blockedUntilMs = clock.monotonicMs() + retryInMs
    this.#set({ state: 'waiting', attempt: this.#attempt })
    if (this.#attempt >= pollsAfterTries) this.#polling.start()
    if (!life.isVisible() && first) {
      this.#retryAtMs = Infinity
      return
    }
    this.#connectAt(clock.monotonicMs() + Math.max(ownMs, retryInMs))
  }

  #connectAt(atMs: number): void {
    this.#retryAtMs = atMs
    this.#arm(Math.max(0, atMs - this.#ports.runtime.clock.monotonicMs()), () => {
      void this.#connect()
    })
  }

  #drop(): void {
    this.#cancelTimer?.()
    this.#socket?.close(1000, '')
    this.#socket = undefined
    this.#sentToken = undefined
    this.#isPinging = false
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(encodeClientFrame(frame))
  }

  /** There is one timer: each state waits for one thing. */
  #arm(delayMs: number, onDue: () => void): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#ports.runtime.clock.startTimer(delayMs, onDue)
  }

  #set(state: ConnectionState): void {
    this.#state = state
    if (state.state !== 'waiting' && state.state !== 'connecting') this.#polling.stop()
    this.#tell()
  }

  #tell(): void {
    this.#ports.onState(this.shown)
  }
}
