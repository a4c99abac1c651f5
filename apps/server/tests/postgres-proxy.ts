import { connect, createServer, type Socket } from 'node:net'
import { PostgresMessages } from './postgres-messages.ts'

/** What happens to a connection when the client sends something over it. */
export type Reset =
  /** The server never hears of it. */
  | 'reset before it'
  /** The server does it, and the client never hears of that. */
  | 'reset after it'

/** Stands between a store and its PostgreSQL, and breaks connections where told to. */
export interface PostgresProxy {
  readonly url: string
  /** Once, at the next commit. */
  atNextCommit(reset: Reset): void
  /** Once, at the question with this number, counted from 1 and from now: one statement, however many messages it takes. */
  atQuestion(number: number, reset: Reset): void
  /** Forgets the question that was chosen last; false where it has come before. */
  takeBack(): boolean
  /** True: new connections are reset at once. */
  refuse(isRefusing: boolean): void
  /** True: no byte goes either way, and nobody is told. */
  hang(isHanging: boolean): void
  close(): Promise<void>
}

// A query message with this text and nothing else (PostgreSQL manual, section 54.7).
const commitMessage = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1')
// After each of these the server answers, and says at the end of it that it is ready for the next.
const endsQuestion: ReadonlySet<string> = new Set(['start', 'Q', 'S'])
const readyForNext = 'Z'

export async function startPostgresProxy(target: string): Promise<PostgresProxy> {
  const to = new URL(target)
  const sockets = new Set<Socket>()
  let fault: { readonly reset: Reset; isDue(bytes: Buffer): boolean } | undefined
  let isRefusing = false
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
    client.on('data', (bytes) => {
      if (isHanging) return
      for (const message of asked.take(bytes)) {
        if (isLost) return
        question.push(message.bytes)
        if (!endsQuestion.has(message.type)) continue
        const due = fault?.isDue(message.bytes) ? fault : undefined
        if (due) {
          fault = undefined
          isLost = true
        }
        if (due?.reset === 'reset before it') {
          reset(client, upstream)
          return
        }
        unanswered += 1
        // The answer is the proof that it is done.
        resetWhenAnswered = due !== undefined
        upstream.write(Buffer.concat(question))
        question = []
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
      fault = { reset, isDue: (bytes) => bytes.includes(commitMessage) }
    },
    atQuestion(number, reset) {
      let left = number
      fault = { reset, isDue: () => (left -= 1) === 0 }
    },
    takeBack() {
      const isLeft = fault !== undefined
      fault = undefined
      return isLeft
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
