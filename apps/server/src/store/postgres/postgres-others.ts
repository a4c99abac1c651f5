import type { Random } from '@helvino/runtime'
import type { Client, Pool } from 'pg'
import type { OtherServers, OtherServersListener } from '../changes.ts'
import { ListeningConnection, type ListeningPorts } from './listening-connection.ts'
import { channel, type ChangedRange, passedNotices, readNotice } from './notifications.ts'
import { readChanges } from './read-changes.ts'

/** Changes that wait to be read; beyond it they are dropped, and count as missed. */
const maxWaitingChanges = 10_000
/** So many are read at a time. */
const readAtOnce = 500
/** Events that wait to be passed on; beyond it they are dropped. */
const maxWaitingEvents = 200

export interface PostgresOthersOptions {
  /** How this server signs what it tells: it does not listen to itself. Always the same. */
  readonly nodeOf: (random: Random) => string
  /** A fresh client that is not connected. */
  readonly connect: () => Client
  readonly pool: Pool
}

/** Reads what was told, in the order of telling, and hands it on. */
class ChangeReader {
  readonly #listener: OtherServersListener
  readonly #giveUp: (client: Client, error: unknown) => void
  #waiting: ChangedRange[] = []
  #isReading = false

  constructor(listener: OtherServersListener, giveUp: (client: Client, error: unknown) => void) {
    this.#listener = listener
    this.#giveUp = giveUp
  }

  add(client: Client, ranges: readonly ChangedRange[]): void {
    this.#waiting.push(...ranges)
    if (this.#waiting.length > maxWaitingChanges) {
      this.forget()
      this.#listener.onMissed()
    } else if (!this.#isReading) void this.#readAll(client)
  }

  forget(): void {
    this.#waiting = []
  }

  async #readAll(client: Client): Promise<void> {
    this.#isReading = true
    try {
      while (this.#waiting.length > 0)
        for (const change of await readChanges(client, this.#waiting.splice(0, readAtOnce)))
          this.#listener.onChange(change)
    } catch (error) {
      this.#giveUp(client, error)
    } finally {
      this.#isReading = false
    }
  }
}

/** Passes events on, those of one turn of the event loop together. */
function createPassing(node: string, pool: Pool) {
  let waiting: object[] = []
  let isUnderWay = false

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const events = waiting
      waiting = []
      for (const payload of passedNotices(node, events))
        // What could not be passed on is of no use later.
        await pool.query('SELECT pg_notify($1, $2)', [channel, payload]).catch(() => undefined)
    }
    isUnderWay = false
  }

  return (event: object): void => {
    if (waiting.length >= maxWaitingEvents) return
    waiting.push(event)
    if (isUnderWay) return
    isUnderWay = true
    setImmediate(() => void flush())
  }
}

/** The other servers on one PostgreSQL: each tells in its transactions what they change, so that it is heard of when they are committed. */
export function createPostgresOthers({ nodeOf, connect, pool }: PostgresOthersOptions): OtherServers & {
  close(): Promise<void>
} {
  let connection: ListeningConnection | undefined
  let pass: ((event: object) => void) | undefined

  function portsFor(
    node: string,
    listener: OtherServersListener,
  ): Pick<ListeningPorts, 'onNotice' | 'onListening' | 'onLost'> {
    let isReported = false
    let hasMissed = false
    const createReader = () => new ChangeReader(listener, (client, error) => connection?.giveUp(client, error))
    let reader = createReader()
    return {
      onNotice(payload, client) {
        const notice = readNotice(payload)
        if (notice === undefined || notice.node === node) return
        if (notice.kind === 'changed') reader.add(client, notice.ranges)
        else
          notice.events.forEach((event) => {
            listener.onPassed(event)
          })
      },
      onListening() {
        isReported = false
        if (hasMissed) listener.onMissed()
        hasMissed = false
      },
      onLost(error) {
        // Another for each connection: this one may still wait for an answer.
        reader.forget()
        reader = createReader()
        hasMissed = true
        if (!isReported) listener.onFailing(error)
        isReported = true
      },
    }
  }

  return {
    listen({ clock, random }, listener) {
      const node = nodeOf(random)
      pass = createPassing(node, pool)
      connection = new ListeningConnection({ connect, clock, random, ...portsFor(node, listener) })
      return connection.open()
    },
    pass: (event) => pass?.(event),
    close: async () => connection?.close(),
  }
}
