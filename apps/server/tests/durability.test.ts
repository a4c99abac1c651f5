import { Agent, request } from 'node:http'
import { asRecord, asString, parseJson } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn, openVisitor, type Visitor } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

interface Posted {
  readonly conversationId: string
  readonly clientMessageId: string
  readonly content: string
  readonly sequence: number
}

interface Load {
  /** Every message that was answered with 201, in the order of the answers. */
  readonly accepted: Posted[]
  readonly done: Promise<void>
  offered(): number
}

const servers: SpawnedServer[] = []

async function start(dataFolder?: string): Promise<SpawnedServer> {
  const server = await spawnServer(dataFolder === undefined ? {} : { dataFolder })
  servers.push(server)
  return server
}

beforeAll(buildServer)
afterAll(async () => {
  for (const server of servers) await server.remove()
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
        if (response.statusCode !== 201 || !message) resolve(undefined)
        else
          resolve({
            conversationId: visitor.conversationId,
            clientMessageId: asString(message['clientMessageId']) ?? '',
            content: asString(message['content']) ?? '',
            sequence: Number(message['sequence']),
          })
      })
    })
    call.on('error', () => {
      resolve(undefined)
    })
    call.end(JSON.stringify(body))
  })
}

/** Each visitor posts one message after the other, all visitors at once, until one is not answered with 201. */
function postMany(
  url: string,
  visitors: readonly Visitor[],
  perVisitor: number,
  onAccepted: (count: number) => void,
): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: visitors.length })
  const accepted: Posted[] = []
  let offered = 0
  const work = visitors.map(async (visitor, index) => {
    for (let round = 1; round <= perVisitor; round++) {
      offered += 1
      const clientMessageId = `v${String(index)}-${String(round)}`
      const posted = await post(agent, url, visitor, {
        role: 'user',
        content: `text ${clientMessageId}`,
        clientMessageId,
      })
      if (!posted) return
      accepted.push(posted)
      onAccepted(accepted.length)
    }
  })
  const done = Promise.all(work).then(() => {
    agent.destroy()
  })
  return { accepted, done, offered: () => offered }
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

describe('durability', () => {
  it.each([200, 900, 1_700])(
    '[DU1] keeps every message that got a 201, once and in order, when it is killed after %i of 2,000',
    async (killAfter) => {
      const server = await start()
      const visitors = await visitorsOf(server.url, 40)
      let killed: Promise<unknown> | undefined
      const load = postMany(server.url, visitors, 50, (count) => {
        if (count >= killAfter) killed ??= server.kill('SIGKILL')
      })
      await load.done
      await killed
      const again = await start(server.dataFolder)
      const result = await audit(again, server.admin, visitors, load.accepted)
      process.stdout.write(
        `SIGKILL at ${String(killAfter)}: offered ${String(load.offered())}, answered 201 ${String(load.accepted.length)}, ` +
          `stored ${String(result.stored)}, lost ${String(result.lost)}, doubled ${String(result.doubled)}, out of order ${String(result.misplaced)}\n`,
      )
      expect(load.accepted.length).toBeGreaterThanOrEqual(killAfter)
      expect(load.accepted.length).toBeLessThan(2_000)
      expect(result).toMatchObject({ lost: 0, doubled: 0, misplaced: 0 })
    },
  )

  it('[DU2] on SIGTERM during load finishes what it accepted, closes sockets with 1012 and a spread hint, and ends with 0', async () => {
    const server = await start()
    const visitors = await visitorsOf(server.url, 20)
    const sockets = await Promise.all(
      visitors.slice(0, 5).map(async ({ token }) => {
        const socket = new SocketClient(server.url)
        await socket.hello({ orgToken: token })
        return socket
      }),
    )
    let ended: Promise<number | null> | undefined
    const load = postMany(server.url, visitors, 100, (count) => {
      if (count >= 300) ended ??= server.kill('SIGTERM')
    })
    await load.done
    expect(await ended).toBe(0)
    for (const socket of sockets) {
      const { code, reason } = await socket.closed
      expect(code).toBe(1012)
      expect(reason).toMatch(/^retry-in-ms:\d{1,4}$/)
    }
    const again = await start(server.dataFolder)
    const result = await audit(again, server.admin, visitors, load.accepted)
    expect(load.accepted.length).toBeLessThan(2_000)
    expect(result).toEqual({ stored: load.accepted.length, lost: 0, doubled: 0, misplaced: 0 })
  })

  it('[DU3] ends with 0 on SIGTERM although a long-poll and an idle connection are open', async () => {
    const server = await start()
    const visitor = await openVisitor(server.url)
    const poll = call(`${server.url}/conversations/${visitor.conversationId}/messages?after=0&waitMs=25000`, {
      headers: visitor.headers,
    })
    await call(`${server.url}/healthz`)
    expect(await server.kill('SIGTERM')).toBe(0)
    expect((await poll).body['messages']).toEqual([])
  })
})
