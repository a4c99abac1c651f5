import type { Socket, SocketListener } from '@helvino/runtime'
import type { SimClock } from './sim-clock.ts'

/** The server's end of a simulated socket. */
export interface SimServerSocket {
  readonly url: string
  /** What the client has sent, in order of arrival. */
  readonly received: readonly string[]
  /** Replaces what was listened with before. `onClose` is called for every end but the server's own `close`. */
  listen(listener: { onText?: (text: string) => void; onClose?: (code: number) => void }): void
  send(text: string): void
  close(code: number, reason: string): void
}

export interface SocketTerms {
  readonly url: string
  readonly clock: SimClock
  readonly listener: SocketListener
  /** Ms on each way, read anew for each frame. */
  readonly latencyMs: () => number
  /** False while everything that is sent vanishes. */
  readonly isLineUp: () => boolean
  readonly onEnd: () => void
}

/** Frames on one way: each takes its time, none overtakes another (TCP). */
class Lane {
  readonly #queue: (() => void)[] = []
  readonly #terms: SocketTerms
  #lastDueMs = 0

  constructor(terms: SocketTerms) {
    this.#terms = terms
  }

  carry(deliver: () => void): void {
    const { timeline } = this.#terms.clock
    const delayMs = Math.max(this.#terms.latencyMs(), this.#lastDueMs - timeline.elapsedMs)
    this.#lastDueMs = timeline.elapsedMs + delayMs
    this.#queue.push(deliver)
    // The head, whichever frame this was: of those due at one moment any may be called first.
    timeline.carry(delayMs, () => {
      this.#queue.shift()?.()
    })
  }
}

/** Both ends of one socket, and what may happen to the line between them. */
export class SimSocket {
  readonly client: Socket
  readonly server: SimServerSocket
  readonly #terms: SocketTerms
  readonly #toClient: Lane
  readonly #toServer: Lane
  readonly #received: string[] = []
  #serverListener: { onText?: (text: string) => void; onClose?: (code: number) => void } = {}
  #isClientOpen = false
  #isClientDone = false
  #isServerDone = false
  #isHalfOpen = false

  constructor(terms: SocketTerms) {
    this.#terms = terms
    this.#toClient = new Lane(terms)
    this.#toServer = new Lane(terms)
    this.client = {
      send: (text) => {
        if (this.#isClientOpen && !this.#isClientDone) this.#reachServer(() => this.#receive(text))
      },
      close: (code) => {
        if (this.#isClientDone) return
        this.#isClientDone = true
        this.#reachServer(() => {
          this.#endServer(code)
        })
        terms.onEnd()
      },
    }
    this.server = {
      url: terms.url,
      received: this.#received,
      listen: (listener) => {
        this.#serverListener = listener
      },
      send: (text) => {
        if (!this.#isServerDone)
          this.#reachClient(() => {
            if (!this.#isClientDone) terms.listener.onText(text)
          })
      },
      close: (code, reason) => {
        if (this.#isServerDone) return
        this.#isServerDone = true
        this.#reachClient(() => {
          this.#endClient(code, reason)
        })
      },
    }
  }

  /** Asks the server; `onConnection` gets its end before the client hears that the socket is open. */
  connect(onConnection: (socket: SimServerSocket) => void): void {
    this.#reachServer(() => {
      if (this.#isServerDone) return
      // The client's first frames cannot come before it hears of the opening, so the server listens in time.
      this.#reachClient(() => {
        if (this.#isClientDone) return
        this.#isClientOpen = true
        this.#terms.listener.onOpen()
      })
      onConnection(this.server)
    })
  }

  /** The socket never opens. */
  refuse(): void {
    this.#isServerDone = true
    this.#toClient.carry(() => {
      this.#terms.clock.whenAwake(() => {
        this.#endClient(1006, '')
      })
    })
  }

  /** The line breaks: both ends are told at once, frames on the way are lost. */
  cut(): void {
    this.#isHalfOpen = true
    this.#terms.clock.timeline.noteActivity()
    this.#endServer(1006)
    this.#terms.clock.whenAwake(() => {
      this.#endClient(1006, '')
    })
  }

  /** From here on everything sent vanishes, both ways, and nobody is told. */
  goSilent(): void {
    this.#isHalfOpen = true
  }

  /** The client's tab is gone: the server is told as for a broken line. */
  abandon(): void {
    this.#isClientDone = true
    this.#endServer(1006)
    this.#terms.onEnd()
  }

  #reachServer(deliver: () => void): void {
    this.#toServer.carry(() => {
      if (!this.#isHalfOpen && this.#terms.isLineUp()) deliver()
    })
  }

  #reachClient(deliver: () => void): void {
    this.#toClient.carry(() => {
      if (!this.#isHalfOpen && this.#terms.isLineUp()) this.#terms.clock.whenAwake(deliver)
    })
  }

  #receive(text: string): void {
    if (this.#isServerDone) return
    this.#received.push(text)
    this.#serverListener.onText?.(text)
  }

  #endServer(code: number): void {
    if (this.#isServerDone) return
    this.#isServerDone = true
    this.#serverListener.onClose?.(code)
  }

  #endClient(code: number, reason: string): void {
    if (this.#isClientDone) return
    this.#isClientDone = true
    this.#terms.listener.onClose(code, reason)
    this.#terms.onEnd()
  }
}
