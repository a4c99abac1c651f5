import { connect } from 'node:net'
import { protocolNumber } from '@helvino/protocol'
import { SimRandom } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { call } from '../api-client.ts'
import { frames, helloOf } from './attack.ts'
import { corpus } from './corpus.ts'
import { hostileFrame, hostileText } from './hostile-text.ts'
import { type ProcessFigures, readProcess, readSideConditions } from './side-conditions.ts'
import { setStage, type Stage, visitorOf } from './stage.ts'

/** A tenth of what `npm run fuzz` sends. */
const count = Number(process.env['HELVINO_FUZZ_FRAMES'] ?? 2_000)
const atOnce = 16
/** What the process may have grown by once all is over and its memory has been given back, in MB. */
const mostGrowthMb = 60

let stage: Stage
let before: ProcessFigures

beforeAll(async () => {
  // What one visitor may ask in a second is another matter; here the server is to read all of it. With a small heap it has to clear up:
  // left to itself on a large machine, it takes its time, and what it has kept could not be told from what it has not cleared up yet.
  stage = await setStage({ RATE_LIMIT_SCALE: '0', NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1' })
  before = await readProcess(stage)
})

afterAll(() => stage.close())

/** The process is the same one, lets people in, and has kept nothing. */
async function expectUnharmed(what: string, tried: number): Promise<void> {
  const after = await readProcess(stage)
  console.info(
    `${what}: ${String(tried)}, loop held up for ${after.loopHeldUpMs.toFixed(0)} ms at most, ${before.residentMb.toFixed(0)} MB before and ${after.residentMb.toFixed(0)} MB after`,
  )
  expect(after.startedAtSeconds).toBe(before.startedAtSeconds)
  expect(await frames(stage, helloOf(await visitorOf(stage.url, stage.ours.key, 'hello')))).toBe('open')
  expect(after.residentMb - before.residentMb).toBeLessThan(mostGrowthMb)
}

/** Tries one after the other in each of a few lanes, until `isOver`. */
async function inLanes(isOver: (index: number) => boolean, attempt: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let index = next++; !isOver(index); index = next++) await attempt(index)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

/** One socket that may have been let in, and frames until it is closed or there are no more: how many were sent. */
function sendUntilClosed({ url, ours }: Stage, isAdmitted: boolean, texts: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/realtime`)
    let sent = 0
    const sendNext = () => {
      const text = texts[sent]
      if (text === undefined) {
        socket.close()
        return
      }
      sent += 1
      socket.send(text, () => {
        setImmediate(sendNext)
      })
    }
    socket.once('open', () => {
      if (isAdmitted) socket.send(JSON.stringify(helloOf(ours.visitors[0])))
      else sendNext()
    })
    if (isAdmitted) socket.once('message', sendNext)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      resolve(sent)
    })
  })
}

/** A handshake, then bytes of no meaning; resolves when the server has hung up, or has had them. */
function sendBytes({ url }: Stage, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    const lines = ['GET /realtime HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket']
    const handshake = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
    socket.write([...lines, ...handshake, '', ''].join('\r\n'))
    socket.once('data', () => {
      socket.end(bytes)
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      resolve()
    })
  })
}

const frameModels = ({ ours }: Stage) => [
  {
    type: 'hello',
    protocol: protocolNumber,
    orgToken: ours.visitors[0].token,
    conversations: [{ id: ours.visitors[0].conversationId, after: 0 }],
  },
  { type: 'renew', token: ours.visitors[0].token },
  { type: 'ping' },
  { type: 'typing', conversationId: ours.visitors[0].conversationId },
  { type: 'message', message: { id: 'm', content: 'x', sequence: 1 } },
]

const bodyModels = [
  { role: 'user', content: 'hello', clientMessageId: 'm1' },
  { messages: [{ role: 'user', content: 'hello', clientMessageId: 'm1' }] },
  { sequence: 1 },
  { name: 'Ada', email: 'ada@shop.example', language: 'en', page: { url: 'https://shop.example/', title: 'Shop' } },
  { email: 'new@shop.example', role: 'agent' },
  { theme: { primaryColor: '#2563eb' }, language: 'en', officeHours: { timeZone: 'Europe/Berlin', days: {} } },
  { userId: null },
  { shortcut: 'hi', content: 'hello' },
  { renewals: [{ cause: 'timer', outcome: 'renewed', tookMs: 4 }], waitsMs: [1], refusedWrites: 0 },
]

describe('hostile input to a running server', () => {
  it(
    '[FZ1] survives frames that are wrong in every way, before and after anybody is let in',
    { timeout: 600_000 },
    async () => {
      const [seed] = corpus.frames
      let sent = 0
      const isOver = () => sent >= count
      await inLanes(isOver, async (index) => {
        const random = new SimRandom(`${seed}-${String(index)}`)
        const texts = Array.from({ length: 10 }, () => hostileText(frameModels(stage), random))
        sent += await sendUntilClosed(stage, random.fraction() < 0.7, texts)
      })
      await expectUnharmed('frames', sent)
    },
  )

  it('[FZ2] survives bytes that are no frames', { timeout: 600_000 }, async () => {
    const [seed] = corpus.rawFrames
    const tries = Math.ceil(count / 10)
    const isOver = (index: number) => index >= tries
    await inLanes(isOver, (index) => sendBytes(stage, hostileFrame(new SimRandom(`${seed}-${String(index)}`))))
    await expectUnharmed('raw frames', tries)
  })

  it(
    '[FZ3] refuses every body that is wrong, or takes what is right in it, and never fails',
    { timeout: 600_000 },
    async () => {
      const [seed] = corpus.bodies
      const { ours } = stage
      const { conversationId, headers } = ours.visitors[0]
      const targets = [
        { path: `/conversations/${conversationId}/messages`, method: 'POST', headers },
        { path: `/conversations/${conversationId}/messages/batch`, method: 'POST', headers },
        { path: `/conversations/${conversationId}/read`, method: 'POST', headers },
        { path: '/api/visitor', method: 'PUT', headers },
        { path: '/api/telemetry', method: 'POST', headers },
        { path: '/api/agent/team/invitations', method: 'POST', headers: ours.admin.headers },
        { path: '/api/agent/settings', method: 'PUT', headers: ours.admin.headers },
        { path: '/api/agent/sites/allow', method: 'POST', headers: ours.admin.headers },
        { path: `/api/agent/conversations/${conversationId}/assign`, method: 'POST', headers: ours.admin.headers },
        { path: `/api/agent/conversations/${conversationId}/notes`, method: 'POST', headers: ours.admin.headers },
        { path: '/api/agent/replies/r1', method: 'PUT', headers: ours.admin.headers },
      ] as const
      const { theirRows } = await readSideConditions(stage)
      const failed: string[] = []
      const tries = Math.ceil(count / 10)
      const isOver = (index: number) => index >= tries
      await inLanes(isOver, async (index) => {
        const random = new SimRandom(`${seed}-${String(index)}`)
        const { path, ...request } = random.pick(targets)
        const { status } = await call(`${stage.url}${path}`, { ...request, body: hostileText(bodyModels, random) })
        if (status >= 500) failed.push(`${seed}-${String(index)} ${path}: ${String(status)}`)
      })
      expect(failed).toEqual([])
      expect((await readSideConditions(stage)).theirRows).toBe(theirRows)
      await expectUnharmed('bodies', tries)
    },
  )
})
