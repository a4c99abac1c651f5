import type { ConversationId, ServerFrame } from '@helvino/protocol'
import { SimBrowser, type SimServerSocket, type SimTab } from '@helvino/testkit'
import { TokenRenewer } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { Api } from './api.ts'
import { visitorAudience } from './audience.ts'
import type { ConnectionState } from './connection.ts'
import type { LiveConnection } from './late-connection.ts'
import { connectShared } from './shared-connection.ts'

const message = (sequence: number) => ({
  ...{ id: `m${sequence}`, conversationId: 'c1', sequence, role: 'agent', kind: 'text', content: `text ${sequence}` },
  ...{ attachments: [], timestamp: '2027-01-01T00:00:00.000Z', clientMessageId: null },
})

/** Tabs of one browser, each with its end of the line, and a server that greets, answers pings and says what it is told to. */
function rig({ seed = 1 } = {}) {
  const open = new Set<SimServerSocket>()
  const pings: number[] = []
  const typed: string[] = []
  let hellos = 0
  let sequence = 0
  const browser = new SimBrowser({
    seed,
    server: {
      respond: () => ({ status: 500 }),
      onConnection: (socket) => {
        open.add(socket)
        socket.listen({
          onText: (text) => {
            const { type } = JSON.parse(text) as { type: string }
            if (type === 'hello') {
              hellos += 1
              const answers = ['recovered', 'not'].map((id) => ({
                id,
                latestSequence: 1,
                recovered: id === 'recovered',
              }))
              socket.send(JSON.stringify({ type: 'ready', protocol: 1, conversations: answers }))
            }
            if (type === 'typing') typed.push(text)
            if (type !== 'ping') return
            pings.push(browser.timeline.elapsedMs)
            socket.send('{"type":"pong"}')
          },
          onClose: () => open.delete(socket),
        })
      },
    },
  })
  const { timeline } = browser

  const openTab = (name = 'helvino/demo/visitor/v_1/outbox/line') => {
    const tab = browser.openTab()
    tab.network.delayMs = 40
    const { clock, random } = tab.runtime
    const renewer = new TokenRenewer({
      ...{ clock, random },
      fetchToken: () => {
        const issuerNowMs = timeline.nowMs
        return Promise.resolve({ kind: 'issued', token: 't', issuerNowMs, expiresAtMs: issuerNowMs + 86_400_000 })
      },
    })
    const frames: ServerFrame[] = []
    const states: ConnectionState[] = []
    const announced: string[] = []
    const audience = visitorAudience('https://chat.test', { orgKey: 'demo' }, 'v_1')
    const line: LiveConnection = connectShared(
      {
        ...{ runtime: tab.runtime, renewer },
        audience,
        isInUse: () => true,
        resumePoints: () => [],
        api: new Api(audience, tab.network, clock, renewer, () => undefined),
        newsPoint: () => undefined,
        onFrame: (frame) => {
          frames.push(frame)
          if (frame.type === 'message') line.announce(frame.message.id, () => announced.push(frame.message.content))
        },
        onState: (state) => states.push(state),
      },
      name,
    )
    line.open()
    return {
      ...{ tab, line, frames, states, renewer, announced },
      state: () => states.at(-1)?.state,
      texts: () => frames.flatMap((frame) => (frame.type === 'message' ? [frame.message.content] : [])),
      readies: () => frames.filter(({ type }) => type === 'ready').length,
    }
  }

  /** As many tabs, one after the other; the first has the connection. */
  const openTabs = async (count: number) => {
    const first = openTab()
    await timeline.advance(1_000)
    const others = Array.from({ length: count - 1 }, () => openTab())
    await timeline.advance(1_000)
    return { first, others, all: [first, ...others] }
  }

  /** The server says the next message on every socket. */
  const say = () => {
    sequence += 1
    for (const socket of open) socket.send(JSON.stringify({ type: 'message', message: message(sequence) }))
    return `text ${sequence}`
  }

  const holds = ({ clock, network }: SimTab) => ({
    locks: browser.locks.holderOf('helvino/demo/visitor/v_1/outbox/line/1')?.clock === clock,
    channels: browser.channels.openCountOf(clock),
    sockets: network.sockets.length,
    timers: clock.pendingTimers,
  })

  const hellosSoFar = () => hellos
  return { browser, timeline, open, pings, typed, openTab, openTabs, say, holds, hellosSoFar }
}

const nothing = { locks: false, channels: 0, sockets: 0, timers: 0 }

describe('the line that the tabs of one owner share', () => {
  it('[LN1] is one socket over all tabs, and each tab hears each message once and at once', async () => {
    const { timeline, open, openTabs, say, hellosSoFar } = rig()
    const { all } = await openTabs(5)
    const texts: string[] = []
    for (let minute = 0; minute < 10; minute += 1) {
      texts.push(say())
      await timeline.advance(500)
      for (const each of all) expect(each.texts()).toEqual(texts)
      await timeline.advance(59_500)
      expect(open.size).toBe(1)
      expect(all.map((each) => each.state())).toEqual(all.map(() => 'live'))
    }
    expect(hellosSoFar()).toBe(1)
  })

  it('[TY4] tells of writing from every tab over the one connection, never before that is live, and each tab hears who writes', async () => {
    const { timeline, open, typed, openTab, openTabs } = rig()
    const early = openTab('another owner')
    early.line.noteTyping('c0' as ConversationId)
    const { all } = await openTabs(3)
    for (const [n, { line }] of all.entries()) line.noteTyping(`c${n + 1}` as ConversationId)
    await timeline.advance(500)
    expect(typed).toEqual(['c1', 'c2', 'c3'].map((id) => JSON.stringify({ type: 'typing', conversationId: id })))
    const frame = { type: 'typing', conversationId: 'c1', role: 'agent', name: 'Ada' }
    for (const socket of open) socket.send(JSON.stringify(frame))
    await timeline.advance(500)
    for (const { frames } of all) expect(frames.at(-1)).toEqual(frame)
  })

  it('[LN2] goes over at once to another tab when the page that has it is left, and that page holds nothing', async () => {
    const { timeline, open, openTabs, say, holds } = rig()
    const { first, others } = await openTabs(3)
    first.line.close()
    await timeline.advance(50)
    first.renewer.dispose()
    expect(holds(first.tab)).toEqual(nothing)
    await timeline.advance(450)
    expect(open.size).toBe(1)
    say()
    await timeline.advance(500)
    expect(others.map((each) => each.texts())).toEqual([['text 1'], ['text 1']])
    first.line.open()
    await timeline.advance(500)
    expect(first.state()).toBe('live')
    expect(open.size).toBe(1)
  })

  it('[LN3] is taken over within 10 s from a tab that dies without a word', async () => {
    const { timeline, open, openTabs, say } = rig()
    const { first, others } = await openTabs(3)
    first.tab.kill()
    await timeline.advance(10_000)
    expect(open.size).toBe(1)
    say()
    await timeline.advance(500)
    expect(others.map((each) => each.texts())).toEqual([['text 1'], ['text 1']])
  })

  it('[LN4] is taken over within 30 s from a tab that froze, though that keeps the lock, and is one socket again when it wakes', async () => {
    const { timeline, open, openTabs, say } = rig()
    const { first, others } = await openTabs(3)
    first.tab.clock.freezeTimers()
    await timeline.advance(30_000)
    say()
    await timeline.advance(500)
    expect(others.map((each) => each.texts())).toEqual([['text 1'], ['text 1']])
    expect(others.map((each) => each.state())).toEqual(['live', 'live'])
    first.tab.clock.thawTimers()
    await timeline.advance(1_000)
    expect(open.size).toBe(1)
    say()
    await timeline.advance(500)
    for (const each of [first, ...others]) expect(each.texts()).toContain('text 2')
    await timeline.advance(600_000)
    expect(open.size).toBe(1)
  })

  it('[LN5] is given by a hidden tab that has lost it to one that is seen', async () => {
    const { timeline, open, openTabs } = rig()
    const { first, others } = await openTabs(2)
    first.tab.life.emit('hidden')
    first.tab.network.cutSockets()
    await timeline.advance(3_000)
    expect(open.size).toBe(1)
    expect(others[0]?.tab.network.sockets).toHaveLength(1)
    expect([first.state(), others[0]?.state()]).toEqual(['live', 'live'])
  })

  it('[LN6] goes over with what is known of the server: how often it failed, and when it wants the next try', async () => {
    const { timeline, open, openTabs } = rig()
    const { first, others } = await openTabs(2)
    first.tab.life.emit('hidden')
    for (const socket of open) socket.close(1012, 'retry-in-ms:60000')
    await timeline.advance(59_000)
    expect(others[0]?.states.at(-1)).toEqual({ state: 'waiting', attempt: 1 })
    expect(first.tab.network.sockets.length + (others[0]?.tab.network.sockets.length ?? 0)).toBe(0)
    await timeline.advance(5_000)
    expect(others[0]?.tab.network.sockets).toHaveLength(1)
  })

  it('[LN7] is kept alive in a hidden tab with slow timers by one that is seen', async () => {
    const { timeline, pings, openTabs, hellosSoFar } = rig()
    const { first } = await openTabs(2)
    first.tab.life.emit('hidden')
    first.tab.clock.throttleTimers(60_000)
    await timeline.advance(600_000)
    const gaps = pings.slice(1).map((atMs, n) => atMs - (pings[n] ?? 0))
    expect(pings.length).toBeGreaterThan(20)
    expect(Math.max(...gaps)).toBeLessThan(45_000)
    expect(hellosSoFar()).toBe(1)
  })

  it('[LN8] is one socket without locks, and one for each tab without channels', async () => {
    const withoutLocks = rig()
    withoutLocks.browser.locks.isMissing = true
    await withoutLocks.openTabs(4)
    await withoutLocks.timeline.advance(60_000)
    expect(withoutLocks.open.size).toBe(1)
    const withoutChannels = rig()
    withoutChannels.browser.channels.isMissing = true
    const { all } = await withoutChannels.openTabs(4)
    await withoutChannels.timeline.advance(5_000)
    expect(all.map((each) => each.state())).toEqual(['live', 'live', 'live', 'live'])
    expect(withoutChannels.open.size).toBe(4)
    all.forEach(({ line }) => {
      line.close()
    })
    await withoutChannels.timeline.advance(1_000)
    expect(withoutChannels.open.size).toBe(0)
  })

  it('[LN9] shows in every tab how it is, and is live nowhere once it is lost', async () => {
    const { timeline, open, openTabs } = rig()
    const { first, others } = await openTabs(2)
    first.tab.network.areSocketsBlocked = true
    first.tab.network.cutSockets()
    await timeline.advance(100)
    expect(others[0]?.state()).toBe('waiting')
    first.tab.network.areSocketsBlocked = false
    await timeline.advance(10_000)
    expect(others[0]?.state()).toBe('live')
    for (const socket of open) socket.close(4403, 'org_disabled')
    await timeline.advance(100)
    expect(others[0]?.states.at(-1)).toEqual({ state: 'denied', code: 'org_disabled' })
  })

  it('[LN10] tells a tab that may have missed something to ask for it', async () => {
    const { timeline, openTabs, openTab } = rig()
    const { first, others } = await openTabs(2)
    expect(others[0]?.readies()).toBe(1)
    const late = openTab()
    await timeline.advance(100)
    expect(late.readies()).toBe(1)
    first.tab.network.cutSockets()
    await timeline.advance(5_000)
    expect(late.readies()).toBe(2)
    // What the tab with the connection has recovered is not what this one may have missed.
    const answered = (tab: typeof first) =>
      tab.frames.flatMap((frame) => (frame.type === 'ready' ? frame.conversations.map(({ id }) => id as string) : []))
    expect(answered(first).slice(-2)).toEqual(['recovered', 'not'])
    expect(answered(late)).toEqual(['not'])
    const before = others[0]?.readies() ?? 0
    const stranger = first.tab.runtime.channels.open('helvino/demo/visitor/v_1/outbox/line/1', () => undefined)
    stranger.post({ type: 'frame', from: 'z', term: 2 ** 50, count: 7, text: '{"type":"pong"}' })
    await timeline.advance(10)
    expect(others[0]?.readies()).toBe(before + 1)
    stranger.post({ type: 'frame', from: 'z', term: 2 ** 50, count: 8, text: '{"type":"pong"}' })
    await timeline.advance(10)
    expect(others[0]?.readies()).toBe(before + 1)
    stranger.post({ type: 'frame', from: 'z', term: 2 ** 50, count: 10, text: '{"type":"pong"}' })
    await timeline.advance(10)
    expect(others[0]?.readies()).toBe(before + 2)
  })

  it('[LN11] leaves aside what makes no sense, and what another owner says', async () => {
    const { browser, timeline, open, openTabs, openTab, say } = rig()
    const { others } = await openTabs(2)
    const stranger = openTab('helvino/demo/visitor/v_2/outbox/line')
    await timeline.advance(1_000)
    expect(open.size).toBe(2)
    const frame = (text: string) => ({ type: 'frame', from: 'x', term: 2 ** 50, count: 1, text })
    const words: unknown[] = [
      ...[null, 1, 'frame', [], {}, { type: 'frame' }, { type: 'state', from: 'x' }, { type: 'bye' }],
      ...[
        { type: 'state', from: 'x', term: 2 ** 50, count: 1, line: { state: 'glowing' } },
        { type: 'ask', from: 3 },
      ],
      ...[{ type: 'frame', from: 'x', term: 2 ** 50, count: 1, text: 7 }, frame('x'.repeat(64 * 1024 + 1))],
      { type: 'state', from: 'x', term: Number.NaN, count: -1, line: { state: 'connecting', attempt: Infinity } },
    ]
    const channel = stranger.tab.runtime.channels.open('helvino/demo/visitor/v_1/outbox/line/1', () => undefined)
    for (const word of words) channel.post(word)
    await timeline.advance(1_000)
    expect(others[0]?.state()).toBe('live')
    channel.post(frame('{"type":"message","message":{"id":"m9"}}'))
    await timeline.advance(10)
    expect(others[0]?.texts()).toEqual([])
    // Whoever says that it leads, and then nothing: it is not believed for long.
    await timeline.advance(40_000)
    expect(open.size).toBe(2)
    say()
    await timeline.advance(500)
    expect([others[0]?.texts(), stranger.texts()]).toEqual([['text 1'], ['text 1']])
    browser.tabs.forEach((tab) => {
      tab.kill()
    })
  })

  it('[LN12] is one socket where several tabs begin at one moment, whichever of them lives', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { browser, timeline, open, openTab } = rig({ seed })
      browser.locks.isMissing = seed % 2 === 0
      const tabs = Array.from({ length: 5 }, () => openTab())
      await timeline.advance(3_000)
      expect(open.size).toBe(1)
      for (const each of tabs.slice(0, 3)) each.line.close()
      await timeline.advance(3_000)
      expect(open.size).toBe(1)
      expect(tabs.map((each) => each.state())).toEqual(['offline', 'offline', 'offline', 'live', 'live'])
    }
  })

  it('[LN13] goes from hidden tab to hidden tab, too, and to one that is seen before that', async () => {
    const { timeline, open, openTabs } = rig()
    const { first, others } = await openTabs(3)
    for (const each of others) each.tab.life.emit('hidden')
    first.line.close()
    await timeline.advance(8_000)
    expect(open.size).toBe(1)
    const [holder, other] = others.toSorted((a, b) => b.tab.network.sockets.length - a.tab.network.sockets.length)
    expect([holder?.state(), other?.state()]).toEqual(['live', 'live'])
    first.line.open()
    await timeline.advance(1_000)
    holder?.line.close()
    await timeline.advance(300)
    expect(first.tab.network.sockets).toHaveLength(1)
  })

  it('[LN14] announces each message in one tab: one that is seen where there is one, else the one that has the connection', async () => {
    for (const isWithoutLocks of [false, true]) {
      const { browser, timeline, openTabs, say } = rig()
      browser.locks.isMissing = isWithoutLocks
      const { first, others, all } = await openTabs(4)
      const [second, third] = others
      const leader = all.find(({ tab }) => tab.network.sockets.length > 0)
      const announced = () => all.map((each) => each.announced.length)
      for (const each of all) if (each !== second) each.tab.life.emit('hidden')
      await timeline.advance(100)
      say()
      await timeline.advance(2_000)
      expect([second?.announced, announced().reduce((sum, n) => sum + n, 0)]).toEqual([['text 1'], 1])
      second?.tab.life.emit('hidden')
      await timeline.advance(100)
      say()
      // Not by a timer: those of a hidden page may be a minute late.
      await timeline.advance(60)
      expect(leader?.announced.at(-1)).toBe('text 2')
      await timeline.advance(2_000)
      expect(announced().reduce((sum, n) => sum + n, 0)).toBe(2)
      // One that was seen and died without a word is not waited for.
      const seen = leader === third ? first : third
      seen?.tab.life.emit('visible')
      await timeline.advance(100)
      seen?.tab.kill()
      say()
      await timeline.advance(2_000)
      expect(leader?.announced.at(-1)).toBe('text 3')
      expect(announced().reduce((sum, n) => sum + n, 0)).toBe(3)
    }
  })

  it('[LN15] does not announce again what a tab hears late', async () => {
    const { timeline, openTabs, say } = rig()
    const { first, others } = await openTabs(3)
    first.tab.life.emit('hidden')
    others[0]?.tab.clock.freezeTimers()
    say()
    await timeline.advance(60_000)
    others[0]?.tab.clock.thawTimers()
    await timeline.advance(5_000)
    expect(others.map((each) => each.texts())).toEqual([['text 1'], ['text 1']])
    expect([first, ...others].flatMap((each) => each.announced)).toEqual(['text 1'])
  })
})
