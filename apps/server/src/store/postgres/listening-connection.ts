import { backoffMs, type Clock, type Random } from '@helvino/runtime'
import type { Client } from 'pg'
import { channel } from './notifications.ts'

/** A connection that cannot be made within so many ms is given up, and an answer that has not come. */
const connectMs = 3_000
const answerMs = 5_000
/** One that died without a word is noticed after this and `answerMs`. */
const askEveryMs = 10_000
const firstRetryMs = 100
const mostRetryMs = 5_000

export interface ListeningPorts {
  readonly connect: () => Client
  readonly clock: Clock
  readonly random: Random
  /** Answers are asked for over the client that heard it. Rejecting gives the connection up. */
  readonly onNotice: (payload: string, client: Client) => void
  /** It listens; before this it may have missed something. */
  readonly onListening: () => void
  readonly onLost: (error: unknown) => void
}

export const listeningLimits = { connectionTimeoutMillis: connectMs, query_timeout: answerMs } as const

/** A connection that hears notifications: it comes back after every loss, with backoff, and looks whether it is still there. */
export class ListeningConnection {
  readonly #ports: ListeningPorts
  #client: Client | undefined
  #failures = 0
  #isClosed = false
  #cancelTimer = () => {}

  constructor(ports: ListeningPorts) {
    this.#ports = ports
  }

  /** One try. Never rejects: a failed one is followed by others. */
  async open(): Promise<void> {
    const client = this.#ports.connect()
    this.#client = client
    client.on('error', (error) => {
      this.giveUp(client, error)
    })
    client.on('end', () => {
      this.giveUp(client, new Error('the connection that listens has ended'))
    })
    client.on('notification', ({ payload = '' }) => {
      if (client === this.#client) this.#ports.onNotice(payload, client)
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch (error) {
      this.giveUp(client, error)
      return
    }
    if (client !== this.#client) return
    this.#failures = 0
    this.#armQuestion(client)
    this.#ports.onListening()
  }

  /** Makes another connection in the place of this one, a little later. Does nothing for one that has been replaced. */
  giveUp(client: Client, error: unknown): void {
    if (client !== this.#client || this.#isClosed) return
    this.#client = undefined
    this.#cancelTimer()
    void client.end().catch(() => undefined)
    this.#ports.onLost(error)
    const { clock, random } = this.#ports
    this.#cancelTimer = clock.startTimer(backoffMs(this.#failures, firstRetryMs, mostRetryMs, random), () => {
      void this.open()
    })
    this.#failures += 1
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer()
    await this.#client?.end().catch(() => undefined)
  }

  #armQuestion(client: Client): void {
    this.#cancelTimer = this.#ports.clock.startTimer(askEveryMs, () => {
      client.query('SELECT').then(
        () => {
          if (client === this.#client && !this.#isClosed) this.#armQuestion(client)
        },
        (error: unknown) => {
          this.giveUp(client, error)
        },
      )
    })
  }
}
