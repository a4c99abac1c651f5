import type { HttpRequest, HttpResponse, Network, Socket, SocketListener } from '@helvino/runtime'
import { toHttpResponse, type SimAnswer } from './sim-answer.ts'
import type { SimClock } from './sim-clock.ts'
import { HeldResponse, type RequestMatch, type SimFault } from './sim-fault.ts'
import { SimSocket, type SimServerSocket } from './sim-socket.ts'

/** The server side of a simulated network. */
export interface SimServer {
  /** `undefined`: the connection ends without an answer, and the client is told. */
  respond(request: HttpRequest): SimAnswer | undefined | Promise<SimAnswer | undefined>
  /** Absent: every socket is refused. */
  onConnection?(socket: SimServerSocket): void
}

/** One request as it left the client, and what came of it. */
export interface RequestRecord {
  readonly method: HttpRequest['method']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** True time, ms since the Unix epoch; the tab's own clock may say something else. */
  readonly atMs: number
  readonly outcome: 'pending' | 'answered' | 'failed' | 'aborted'
  /** Of the answer that arrived. */
  readonly status: number | undefined
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

interface Exchange {
  readonly request: HttpRequest
  readonly record: Mutable<RequestRecord>
  readonly delayMs: number
  readonly settle: (outcome: RequestRecord['outcome'], then: () => void) => void
  readonly resolve: (response: HttpResponse) => void
  readonly reject: (error: unknown) => void
}

interface PlannedFault {
  readonly fault: SimFault
  readonly isMatch: RequestMatch
}

const anyRequest: RequestMatch = () => true

/** The network of one tab. Without faults, and with `delayMs` 0, an answer comes within promise jobs alone. */
export class SimNetwork implements Network {
  /** From asking to the answer, in ms, half of it on each way; a socket's frame takes half of it. */
  delayMs = 0
  /** Requests and new sockets fail at once; answers and frames under way are lost. Open sockets are not told. */
  isOffline = false
  /** New sockets are refused, as by a proxy that knows only HTTP. */
  areSocketsBlocked = false
  /** Asked for each request that no planned fault waits for. */
  faultFor: (request: HttpRequest) => SimFault | undefined = () => undefined
  /** Every request, in order of leaving. */
  readonly log: RequestRecord[] = []
  readonly #sockets = new Set<SimSocket>()
  readonly #clock: SimClock
  readonly #server: SimServer
  #planned: PlannedFault[] = []

  constructor(clock: SimClock, server: SimServer) {
    this.#clock = clock
    this.#server = server
  }

  /** Sockets that the client has not seen end, oldest first. */
  get sockets(): readonly SimSocket[] {
    return [...this.#sockets]
  }

  /** Plans `fault` for the next request that matches; plans are used in the order in which they were made. */
  plan(fault: SimFault, isMatch = anyRequest): void {
    this.#planned.push({ fault, isMatch })
  }

  dropNext(isMatch = anyRequest): void {
    this.plan({ kind: 'drop' }, isMatch)
  }

  loseNextResponse(isMatch = anyRequest): void {
    this.plan({ kind: 'lose-response' }, isMatch)
  }

  blackHoleNext(isMatch = anyRequest): void {
    this.plan({ kind: 'black-hole' }, isMatch)
  }

  answerNext(answer: SimAnswer, isMatch = anyRequest): void {
    this.plan({ kind: 'answer', answer }, isMatch)
  }

  /** Holds back the answer to the next request that matches. */
  holdNext(isMatch = anyRequest): HeldResponse {
    const response = new HeldResponse()
    this.plan({ kind: 'hold', response }, isMatch)
    return response
  }

  /** Breaks every open socket, as `SimSocket.cut`. */
  cutSockets(): void {
    for (const socket of this.sockets) socket.cut()
  }

  /** The tab is gone: no answer arrives any more, and its sockets end. */
  kill(): void {
    for (const socket of this.sockets) socket.abandon()
  }

  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      // Of a killed tab nothing leaves, and nothing comes back to it.
      if (this.#clock.isDead) return
      const record = this.#record(request)
      const settle: Exchange['settle'] = (outcome, then) => {
        if (record.outcome !== 'pending') return
        record.outcome = outcome
        signal.removeEventListener('abort', onAbort)
        this.#clock.timeline.noteActivity()
        then()
      }
      const onAbort = () => {
        settle('aborted', () => {
          reject(signal.reason)
        })
      }
      signal.addEventListener('abort', onAbort, { once: true })
      const fault = this.#takeFault(request)
      const delayMs = this.delayMs + (fault?.kind === 'delay' ? fault.delayMs : 0)
      this.#send({ request, record, delayMs, settle, resolve, reject }, fault)
    })
  }

  openSocket(url: string, listener: SocketListener): Socket {
    const socket = new SimSocket({
      url,
      clock: this.#clock,
      listener,
      latencyMs: () => this.delayMs / 2,
      isLineUp: () => !this.isOffline,
      onEnd: () => {
        this.#sockets.delete(socket)
      },
    })
    if (this.#clock.isDead) return socket.client
    this.#sockets.add(socket)
    const onConnection = this.#server.onConnection?.bind(this.#server)
    if (!onConnection || this.isOffline || this.areSocketsBlocked) socket.refuse()
    else socket.connect(onConnection)
    return socket.client
  }

  #record({ method, url, headers, body }: HttpRequest): Mutable<RequestRecord> {
    const atMs = this.#clock.timeline.nowMs
    const record: Mutable<RequestRecord> = { method, url, headers, body, atMs, outcome: 'pending', status: undefined }
    this.log.push(record)
    return record
  }

  #takeFault(request: HttpRequest): SimFault | undefined {
    const index = this.#planned.findIndex(({ isMatch }) => isMatch(request))
    const [planned] = index < 0 ? [] : this.#planned.splice(index, 1)
    return planned?.fault ?? this.faultFor(request)
  }

  #send(exchange: Exchange, fault: SimFault | undefined): void {
    if (this.isOffline || fault?.kind === 'drop') {
      this.#fail(exchange, this.isOffline ? 0 : exchange.delayMs)
      return
    }
    if (fault?.kind === 'answer') {
      this.#arrive(exchange, fault.answer, exchange.delayMs)
      return
    }
    if (fault?.kind === 'black-hole') return
    const onAnswer = (answer: SimAnswer | undefined) => {
      if (answer) this.#return(exchange, fault, answer)
      else this.#fail(exchange, exchange.delayMs / 2)
    }
    this.#clock.timeline.carry(exchange.delayMs / 2, () => {
      this.#serve(exchange.request, fault?.kind === 'duplicate' ? 2 : 1)
        .then(onAnswer)
        .catch(this.#clock.timeline.reportBug)
    })
  }

  async #serve(request: HttpRequest, times: number): Promise<SimAnswer | undefined> {
    for (let time = 1; time < times; time++) await this.#server.respond(request)
    return this.#server.respond(request)
  }

  #return(exchange: Exchange, fault: SimFault | undefined, answer: SimAnswer): void {
    const restMs = exchange.delayMs / 2
    switch (fault?.kind) {
      case 'lose-response':
        this.#fail(exchange, restMs)
        return
      case 'swallow-response':
        return
      case 'hold':
        fault.response.whenReleased(() => {
          this.#arrive(exchange, answer, restMs)
        })
        return
      default:
        this.#arrive(exchange, answer, restMs)
    }
  }

  #arrive(exchange: Exchange, answer: SimAnswer, delayMs: number): void {
    this.#clock.timeline.carry(delayMs, () => {
      if (this.isOffline) {
        this.#fail(exchange, 0)
        return
      }
      this.#clock.whenAwake(() => {
        exchange.settle('answered', () => {
          exchange.record.status = answer.status
          exchange.resolve(toHttpResponse(answer))
        })
      })
    })
  }

  #fail({ settle, reject }: Exchange, delayMs: number): void {
    this.#clock.timeline.carry(delayMs, () => {
      this.#clock.whenAwake(() => {
        settle('failed', () => {
          reject(new TypeError('Failed to fetch'))
        })
      })
    })
  }
}
