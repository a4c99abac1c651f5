import { connect, createServer, type Socket } from 'node:net'
import { PostgresMessages } from './postgres-messages.ts'

/** What happens to a connection when the client sends something over it. */
export type Reset =
  /** The server never hears of it. */
  | 'reset before it'
  /** The server does it, and the client never hears of that. */
  | 'reset after it'

/** The server itself answers what the client sent with this error; it does nothing else of it. */
export interface ServerError {
  /** SQLSTATE (PostgreSQL manual, appendix A). */
  readonly code: string
  /** The session ends with it, as for an administrator's word. */
  readonly endsSession?: true
}

/** Stands between a store and its PostgreSQL, and breaks connections where told to. */
export interface PostgresProxy {
  readonly url: string
  /** Once, at the next commit. */
  atNextCommit(reset: Reset): void
  /** Once, at the question with this number, counted from 1 and from now: one statement, however many messages it takes. */
  atQuestion(number: number, fault: Reset | ServerError): void
  /** Forgets the question that was chosen last; false where it has come before. */
  takeBack(): boolean
  /** So many of the next connections are answered with that there are too many. */
  crowd(connections: number): void
  /** Resets the connections that are open. */
  cut(): void
  /** True: new connections are reset at once. */
  refuse(isRefusing: boolean): void
  /** True: no byte goes either way, and nobody is told. */
  hang(isHanging: boolean): void
  close(): Promise<void>
}

// The last statement of a query message (PostgreSQL manual, section 54.7): what others are told may stand before it.
const commitMessage = Buffer.from('COMMIT\0', 'latin1')
// After each of these the server answers, and says at the end of it that it is ready for the next.
const endsQuestion: ReadonlySet<string> = new Set(['start', 'Q', 'S'])
const readyForNext = 'Z'

// The client's `Query` message, and the server's `ErrorResponse` (section 54.7). Each says its length, of which its type is no part.
const message = (type: string, body: string): Buffer => {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}\0`, 'latin1')
  bytes.writeUInt32BE(bytes.length - 1, 1)
  return bytes
}

const refusal = (code: string): Buffer => message('E', `SFATAL\0VFATAL\0C${code}\0Minjected\0`)

/** What makes the server give this error, and treat the transaction as after any other. */
const failing = ({ code, endsSession }: ServerError): Buffer =>
  message(
    'Q',
    endsSession
      ? 'SELECT pg_terminate_backend(pg_backend_pid())'
      : `DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END $$`,
  )

export async function startPostgresProxy(target: string): Promise<PostgresProxy> {
  const to = new URL(target)
  const sockets = new Set<Socket>()
  let fault: { readonly what: Reset | ServerError; isDue(bytes: Buffer): boolean } | undefined
  let isRefusing = false
  let crowding = 0
  let isHanging = false

  function reset(client: Socket, upstream: Socket): void {
    client.resetAndDestroy()
    upstream.destroy()
  }

  const server = createServer((client) => {
    if (isRefusing) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(Number(to.port), to.hostname)
    let isLost = false
    // Several questions may be on their way at once.
    let unanswered = 0
    let resetWhenAnswered = false
    const asked = new PostgresMessages('client')
    let question: Buffer[] = []
    const answered = new PostgresMessages('server')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        if (!isLost) for (const other of [client, upstream]) other.destroy()
      })
    }
    /** What the server gets in the place of a question; `undefined`: nothing. */
    function meet(what: Reset | ServerError, bytes: Buffer, isStart: boolean): Buffer | undefined {
      if (what === 'reset before it') {
        isLost = true
        reset(client, upstream)
        return undefined
      }
      if (what === 'reset after it') {
        isLost = true
        // The answer is the proof that it is done.
        resetWhenAnswered = true
        return bytes
      }
      if (!isStart) return failing(what)
      isLost = true
      client.end(refusal(what.code))
      return undefined
    }
    client.on('data', (bytes) => {
      if (isHanging) return
      for (const message of asked.take(bytes)) {
        if (isLost) return
        question.push(message.bytes)
        if (!endsQuestion.has(message.type)) continue
        const whole = Buffer.concat(question)
        question = []
        const isStart = message.type === 'start'
        const due = fault?.isDue(message.bytes) ? fault : undefined
        if (due) fault = undefined
        const isCrowded = !due && isStart && crowding > 0
        if (isCrowded) crowding -= 1
        const what = isCrowded ? { code: '53300' } : due?.what
        const sent = what ? meet(what, whole, isStart) : whole
        if (!sent) return
        unanswered += 1
        upstream.write(sent)
      }
    })
    upstream.on('data', (bytes) => {
      unanswered -= answered.take(bytes).filter(({ type }) => type === readyForNext).length
      if (resetWhenAnswered && unanswered === 0) reset(client, upstream)
      else if (!isHanging && !isLost) client.write(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(target)
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  return {
    url: url.href,
    atNextCommit(reset) {
      fault = { what: reset, isDue: (bytes) => bytes.includes(commitMessage) }
    },
    atQuestion(number, what) {
      let left = number
      fault = { what, isDue: () => (left -= 1) === 0 }
    },
    takeBack() {
      const isLeft = fault !== undefined
      fault = undefined
      return isLeft
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    crowd(connections) {
      crowding = connections
    },
    refuse(refusing) {
      isRefusing = refusing
    },
    hang(hanging) {
      isHanging = hanging
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
