import { protocolNumber, type Sequence } from '@helvino/protocol'
import { SimBrowser, type SimServerSocket } from '@helvino/testkit'
import { TokenRenewer } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { Api } from './api.ts'
import { visitorAudience } from './audience.ts'
import { Connection, type ConnectionState } from './connection.ts'

const ready = JSON.stringify({ type: 'ready', protocol: 1, conversations: [] })

function rig({ lifeMs = 300_000, seed = 1 } = {}) {
  const sockets: SimServerSocket[] = []
  const frames: Record<string, unknown>[] = []
  const server = { isAnswering: true, isPonging: true }
  const browser = new SimBrowser({
    seed,
    server: {
      respond: () => ({ status: 500 }),
      onConnection: (socket) => {
        sockets.push(socket)
        socket.listen({
          onText: (text) => {
            const frame = JSON.parse(text) as Record<string, unknown>
            frames.push(frame)
            if (frame['type'] === 'hello' && server.isAnswering) socket.send(ready)
            if (frame['type'] === 'ping' && server.isPonging) socket.send('{"type":"pong"}')
          },
        })
      },
    },
  })
  const tab = browser.openTab()
  const { clock, random } = tab.runtime
  let issued = 0
  const renewer = new TokenRenewer({
    clock,
    random,
    fetchToken: () => {
      issued += 1
      const issuerNowMs = browser.timeline.nowMs
      return Promise.resolve({ kind: 'issued', token: `t${issued}`, issuerNowMs, expiresAtMs: issuerNowMs + lifeMs })
    },
  })
  const states: ConnectionState[] = []
  const use = { isInUse: true }
  const audience = visitorAudience('https://chat.test', { orgKey: 'demo' }, 'v_1')
  const connection = new Connection({
    runtime: tab.runtime,
    renewer,
    audience,
    isInUse: () => use.isInUse,
    resumePoints: () => [{ id: 'c1' as never, after: 7 as Sequence }],
    api: new Api(audience, tab.network, clock, renewer, () => undefined),
    newsPoint: () => undefined,
    onFrame: () => undefined,
    onState: (state) => states.push(state),
  })
  return { browser, tab, timeline: browser.timeline, connection, renewer, sockets, frames, server, states, use }
}

describe('the live connection', () => {
  it('[CN1] says hello with the token of that moment and how far it is, and nothing before it', async () => {
    const { connection, timeline, sockets, frames } = rig()
    connection.open()
    await timeline.advance(1_000)
    expect(sockets[0]?.url).toBe('wss://chat.test/realtime')
    expect(frames[0]).toEqual({
      type: 'hello',
      protocol: protocolNumber,
      orgToken: 't1',
      conversations: [{ id: 'c1', after: 7 }],
    })
    expect(connection.state).toEqual({ state: 'live' })
  })

  it('[CN2] renews its token in place over many lives of a token, and is never dropped for it (S13)', async () => {
    const { connection, renewer, timeline, sockets, frames } = rig()
    renewer.hold()
    connection.open()
    await timeline.advance(3_600_000)
    const renewals = frames.filter(({ type }) => type === 'renew').map(({ token }) => token)
    expect(sockets).toHaveLength(1)
    expect(renewals.length).toBeGreaterThanOrEqual(13)
    expect(renewals).toEqual(renewals.map((_, n) => `t${n + 2}`))
  })

  it('[CN3] notices a line that is dead but not closed within 30 s, and connects anew', async () => {
    const { connection, timeline, tab, sockets } = rig()
    connection.open()
    await timeline.advance(5_000)
    tab.network.sockets[0]?.goSilent()
    await timeline.advance(33_000)
    expect(sockets).toHaveLength(2)
    expect(connection.state).toEqual({ state: 'live' })
  })

  it('[CN4] comes back after a loss: within 2 s where somebody is at it, spread over 30 s where not', async () => {
    const delays = (isInUse: boolean) =>
      Promise.all(
        Array.from({ length: 20 }, async (_, seed) => {
          const { connection, timeline, tab, sockets, use } = rig({ seed })
          use.isInUse = isInUse
          connection.open()
          await timeline.advance(1_000)
          tab.network.cutSockets()
          for (let waited = 0; waited <= 31_000; waited += 100) {
            if (sockets.length === 2) return waited
            await timeline.advance(100)
          }
          return Infinity
        }),
      )
    const inUse = await delays(true)
    const seen = await delays(false)
    expect(Math.max(...inUse)).toBeLessThanOrEqual(2_100)
    expect(Math.max(...seen)).toBeLessThanOrEqual(30_100)
    expect(Math.max(...seen)).toBeGreaterThan(15_000)
    expect(new Set(inUse).size).toBeGreaterThan(8)
  })

  it('[CN5] waits as long as a stopping server asked, and no hurry overrides it', async () => {
    const { connection, timeline, sockets } = rig()
    connection.open()
    await timeline.advance(1_000)
    sockets[0]?.close(1012, 'retry-in-ms:8000')
    for (let second = 0; second < 7; second += 1) {
      await timeline.advance(1_000)
      connection.hurry()
    }
    expect(sockets).toHaveLength(1)
    await timeline.advance(4_000)
    expect(sockets).toHaveLength(2)
  })

  it('[CN10] that is greeted and dropped again and again comes back ever more rarely', async () => {
    const { connection, timeline, sockets, frames } = rig()
    connection.open()
    for (let second = 0; second < 600; second += 1) {
      await timeline.advance(1_000)
      // A ping that is answered at once shows no line that lasts.
      if (connection.state.state === 'live') connection.hurry()
      await timeline.advance(10)
      if (frames.length > 0) sockets.at(-1)?.close(4413, '')
    }
    expect(sockets.length).toBeLessThanOrEqual(45)
  })

  it('[CN11] that a person hurries is tried five seconds after the last try, not dropped for having come too soon', async () => {
    const { connection, timeline, tab, sockets } = rig()
    tab.network.areSocketsBlocked = true
    connection.open()
    await timeline.advance(120_000)
    expect(connection.state).toMatchObject({ state: 'waiting' })
    tab.network.areSocketsBlocked = false
    for (let n = 0; n < 5; n += 1) connection.hurry()
    await timeline.advance(5_100)
    expect(sockets).toHaveLength(1)
  })

  it('[CN12] whose owner writes all the time notices a dead line all the same', async () => {
    const { connection, timeline, tab, sockets } = rig()
    connection.open()
    await timeline.advance(5_000)
    tab.network.sockets[0]?.goSilent()
    for (let n = 0; n < 10 && sockets.length < 2; n += 1) {
      connection.hurry()
      await timeline.advance(3_500)
    }
    expect(sockets).toHaveLength(2)
  })

  it('[CN13] to which the server speaks all the time lets itself be heard too, and counts as one that lasts', async () => {
    const { connection, timeline, sockets, frames, tab } = rig()
    connection.open()
    await timeline.advance(1_000)
    tab.network.cutSockets()
    await timeline.advance(3_000)
    expect(connection.state).toEqual({ state: 'live' })
    for (let second = 5; second <= 120; second += 5) {
      sockets[1]?.send('{"type":"renewed"}')
      await timeline.advance(5_000)
      // The server ends whoever has said nothing for 45 s.
      if (second % 40 === 0) expect(frames.splice(0)).toContainEqual({ type: 'ping' })
    }
    tab.network.cutSockets()
    await timeline.advance(0)
    expect(connection.state).toEqual({ state: 'waiting', attempt: 1 })
  })

  it('[CN6] whose token is refused renews it before it connects again', async () => {
    const { connection, timeline, sockets, frames } = rig()
    connection.open()
    await timeline.advance(1_000)
    sockets[0]?.close(4401, 'token_invalid')
    await timeline.advance(5_000)
    expect(frames.filter(({ type }) => type === 'hello').map(({ orgToken }) => orgToken)).toEqual(['t1', 't2'])
  })

  it('[CN7] stays away where the server denies it, and says why', async () => {
    const { connection, timeline, sockets } = rig()
    connection.open()
    await timeline.advance(1_000)
    sockets[0]?.close(4403, 'org_disabled')
    await timeline.advance(600_000)
    expect(sockets).toHaveLength(1)
    expect(connection.state).toEqual({ state: 'denied', code: 'org_disabled' })
  })

  it('[CN8] a hidden page that loses its line asks nothing until there is a reason', async () => {
    const { connection, timeline, tab, sockets } = rig()
    connection.open()
    await timeline.advance(1_000)
    tab.life.emit('hidden')
    tab.network.cutSockets()
    await timeline.advance(3_600_000)
    expect(sockets).toHaveLength(1)
    tab.life.emit('visible')
    connection.hurry()
    await timeline.advance(100)
    expect(sockets).toHaveLength(2)
  })

  it('[CN9] leaves no socket and no timer once it is closed, and opens again', async () => {
    const { connection, renewer, timeline, tab, sockets } = rig()
    connection.open()
    await timeline.advance(1_000)
    connection.close()
    await timeline.advance(100)
    expect(tab.network.sockets).toHaveLength(0)
    connection.open()
    await timeline.advance(1_000)
    expect(sockets).toHaveLength(2)
    connection.close()
    renewer.dispose()
    await timeline.advance(100)
    expect(tab.clock.pendingTimers).toBe(0)
  })
})
