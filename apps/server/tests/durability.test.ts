import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { asRecord, asString, parseJson } from '@helvino/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, fetchToken, logIn, openVisitor, type Visitor } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

interface Posted {
  readonly conversationId: string
  readonly clientMessageId: string
  readonly content: string
  readonly sequence: number
  /** Stored before, though its answer did not come. */
  readonly isReplayed: boolean
}

interface Load {
  /** Every message that was answered as stored, with 201 or, asked again, with 200, in the order of the answers. */
  readonly accepted: Posted[]
  readonly done: Promise<void>
  /** How often a message was sent once more, with its id, for want of an answer. */
  askedAgain(): number
}

/** `npm run soak` sets it; each kill is one in 200 messages. */
const kills = Number(process.env['HELVINO_SOAK_KILLS'] ?? 25)
const visitorsAtOnce = 40
const messages = 200 * kills

const servers: SpawnedServer[] = []

let postgres: PostgresServer

/** Each writes as fast as it is answered, as no visitor may. */
const beyondLimits = { RATE_LIMIT_SCALE: '1000' }

async function start(options: Parameters<typeof spawnServer>[0]): Promise<SpawnedServer> {
  const server = await spawnServer({ ...options, env: { ...beyondLimits, ...options?.env } })
  servers.push(server)
  return server
}

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

/** One POST; `undefined` where the connection ended without an answer. */
function post(agent: Agent, url: string, visitor: Visitor, body: object): Promise<Posted | undefined> {
  return new Promise((resolve) => {
    const path = `${url}/conversations/${visitor.conversationId}/messages`
    const headers = { ...visitor.headers, 'content-type': 'application/json' }
    const call = request(path, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      // A cut answer says nothing of the message: it may be stored or not, and is not counted.
      response.on('error', () => {
        resolve(undefined)
      })
      response.on('end', () => {
        const message = asRecord(parseJson(text))
        const isAccepted = response.statusCode === 201 || response.statusCode === 200
        if (!isAccepted || !message) resolve(undefined)
        else
          resolve({
            conversationId: visitor.conversationId,
            clientMessageId: asString(message['clientMessageId']) ?? '',
            content: asString(message['content']) ?? '',
            sequence: Number(message['sequence']),
            isReplayed: response.statusCode === 200,
          })
      })
    })
    call.on('error', () => {
      resolve(undefined)
    })
    call.end(JSON.stringify(body))
  })
}

async function withNewToken(url: string, visitor: Visitor): Promise<Visitor> {
  const token = await fetchToken(url, visitor.secret).catch(() => visitor.token)
  return { ...visitor, token, headers: { ...visitor.headers, 'x-org-token': token } }
}

/** Each visitor posts one message after the other, all visitors at once. What is not answered is asked again, or ends that visitor's part. */
function postMany(
  url: string,
  visitors: readonly Visitor[],
  perVisitor: number,
  onAccepted: (count: number) => void,
  unanswered: 'asks again' | 'ends',
): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: visitors.length })
  const accepted: Posted[] = []
  let askedAgain = 0
  const work = visitors.map(async (each, index) => {
    let visitor = each
    for (let round = 1; round <= perVisitor; round++) {
      const clientMessageId = `v${String(index)}-${String(round)}`
      const message = { role: 'user', content: `text ${clientMessageId}`, clientMessageId }
      let posted = await post(agent, url, visitor, message)
      for (let tries = 1; !posted; tries += 1) {
        if (unanswered === 'ends') return
        await pause(20)
        askedAgain += 1
        // A soak lasts longer than a token does.
        if (tries % 100 === 0) visitor = await withNewToken(url, visitor)
        posted = await post(agent, url, visitor, message)
      }
      accepted.push(posted)
      onAccepted(accepted.length)
    }
  })
  const done = Promise.all(work).then(() => {
    agent.destroy()
  })
  return { accepted, done, askedAgain: () => askedAgain }
}

async function readAll(url: string, headers: Readonly<Record<string, string>>, id: string) {
  const all: { sequence: number; clientMessageId: string; content: string }[] = []
  for (;;) {
    const after = String(all.at(-1)?.sequence ?? 0)
    const { body } = await call(`${url}/api/agent/conversations/${id}/messages?after=${after}`, { headers })
    const page = body['messages'] as typeof all
    if (page.length === 0) return all
    all.push(...page)
  }
}

interface Audit {
  readonly stored: number
  readonly lost: number
  readonly doubled: number
  readonly misplaced: number
}

/** Compares what was answered with 201 to what the restarted server holds. */
async function audit(
  server: SpawnedServer,
  admin: SpawnedServer['admin'],
  visitors: readonly Visitor[],
  accepted: readonly Posted[],
): Promise<Audit> {
  const { headers } = await logIn(server.url, admin)
  let [stored, lost, doubled, misplaced] = [0, 0, 0, 0]
  for (const { conversationId } of visitors) {
    const rows = await readAll(server.url, headers, conversationId)
    stored += rows.length
    // Gapless from 1, and in the order in which the visitor sent them.
    misplaced += rows.filter(({ sequence }, index) => sequence !== index + 1).length
    const rounds = rows.map(({ clientMessageId }) => Number(clientMessageId.split('-')[1]))
    misplaced += rounds.filter((round, index) => round !== index + 1).length
    for (const posted of accepted.filter((one) => one.conversationId === conversationId)) {
      const found = rows.filter(({ clientMessageId }) => clientMessageId === posted.clientMessageId)
      if (found.length === 0) lost += 1
      if (found.length > 1) doubled += 1
      if (found[0] && (found[0].sequence !== posted.sequence || found[0].content !== posted.content)) misplaced += 1
    }
  }
  return { stored, lost, doubled, misplaced }
}

const visitorsOf = (url: string, count: number) => Promise.all(Array.from({ length: count }, () => openVisitor(url)))

/** Ends and starts the server again whenever so many more messages were answered, `kills` times. */
function killAgainAndAgain(
  first: SpawnedServer,
  env: Readonly<Record<string, string>>,
  kills: number,
  everyAnswers: number,
) {
  let server = first
  let killed = 0
  let restarting = Promise.resolve()
  const restart = async () => {
    await server.kill('SIGKILL')
    server = await start({ env, dataFolder: first.dataFolder })
  }
  return {
    onAccepted(count: number): void {
      // Not at round numbers: each kill meets another moment of a group.
      if (killed >= kills || count < everyAnswers * killed + ((killed * 37) % everyAnswers)) return
      killed += 1
      restarting = restarting.then(restart)
    },
    async done(): Promise<{ readonly server: SpawnedServer; readonly killed: number }> {
      await restarting
      return { server, killed }
    },
  }
}

describe.each(['SQLite', 'PostgreSQL'])('durability in %s', (database) => {
  let env: Readonly<Record<string, string>> = {}
  beforeEach(async () => {
    env = database === 'PostgreSQL' ? { DATABASE_URL: await postgres.createDatabase() } : {}
  })

  it(
    '[DU1] keeps each message once and in order, though it is killed again and again and all is asked again',
    { timeout: 60_000 + kills * 5_000 },
    async () => {
      const first = await start({ env })
      const sameAddress = { ...env, PORT: new URL(first.url).port }
      const visitors = await visitorsOf(first.url, visitorsAtOnce)
      const killer = killAgainAndAgain(first, sameAddress, kills, 195)
      const load = postMany(first.url, visitors, messages / visitorsAtOnce, killer.onAccepted, 'asks again')
      await load.done
      const { server, killed } = await killer.done()
      const result = await audit(server, first.admin, visitors, load.accepted)
      process.stdout.write(
        `${database}, ${killed} kills: answered ${load.accepted.length}, asked again ${load.askedAgain()}, ` +
          `of these stored before ${load.accepted.filter(({ isReplayed }) => isReplayed).length}; ` +
          `stored ${result.stored}, lost ${result.lost}, doubled ${result.doubled}, out of order ${result.misplaced}\n`,
      )
      expect(killed).toBe(kills)
      expect(load.askedAgain()).toBeGreaterThan(kills)
      expect(result).toEqual({ stored: messages, lost: 0, doubled: 0, misplaced: 0 })
    },
  )

  it('[DU2] on SIGTERM during load finishes what it accepted, closes sockets with 1012 and a spread hint, and ends with 0', async () => {
    const server = await start({ env })
    const visitors = await visitorsOf(server.url, 20)
    const sockets = await Promise.all(
      visitors.slice(0, 5).map(async ({ token }) => {
        const socket = new SocketClient(server.url)
        await socket.hello({ orgToken: token })
        return socket
      }),
    )
    let ended: Promise<number | null> | undefined
    const load = postMany(
      server.url,
      visitors,
      100,
      (count) => {
        if (count >= 300) ended ??= server.kill('SIGTERM')
      },
      'ends',
    )
    await load.done
    expect(await ended).toBe(0)
    for (const socket of sockets) {
      const { code, reason } = await socket.closed
      expect(code).toBe(1012)
      expect(reason).toMatch(/^retry-in-ms:\d{1,4}$/)
    }
    const again = await start({ env, dataFolder: server.dataFolder })
    const result = await audit(again, server.admin, visitors, load.accepted)
    expect(load.accepted.length).toBeLessThan(2_000)
    expect(result).toEqual({ stored: load.accepted.length, lost: 0, doubled: 0, misplaced: 0 })
  })

  it('[DU3] ends with 0 on SIGTERM although a long-poll and an idle connection are open', async () => {
    const server = await start({ env })
    const visitor = await openVisitor(server.url)
    const poll = call(`${server.url}/conversations/${visitor.conversationId}/messages?after=0&waitMs=25000`, {
      headers: visitor.headers,
    })
    await call(`${server.url}/healthz`)
    expect(await server.kill('SIGTERM')).toBe(0)
    expect((await poll).body['messages']).toEqual([])
  })
})
