import { SimBrowser, type SimTab } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { TokenRenewer } from './renewer.ts'
import type { TokenAnswer } from './renewer-options.ts'
import type { TokenEvent } from './token-event.ts'
import { withToken } from './with-token.ts'

const lifeMs = 300_000

/** Tabs of one origin before one issuer; every token is named by its number. */
function rig({ delayMs = 50 }: { delayMs?: number } = {}) {
  const browser = new SimBrowser({ server: { respond: () => ({ status: 204 }) } })
  const { timeline } = browser
  const calls: { tab: number; atMs: number }[] = []
  const scripted: TokenAnswer[] = []
  let opened = 0
  let issued = 0
  const open = (name = 'api/user') => {
    const tab = browser.openTab()
    const number = (opened += 1)
    const { clock, random, life, locks, channels } = tab.runtime
    const events: TokenEvent[] = []
    const renewer = new TokenRenewer({
      ...{ clock, random, life },
      tabs: { name, locks, channels },
      fetchToken: async () => {
        calls.push({ tab: number, atMs: timeline.elapsedMs })
        await new Promise<void>((resolve) => clock.startTimer(delayMs, resolve))
        const next = scripted.shift()
        if (next) return next
        const issuerNowMs = timeline.nowMs
        return { kind: 'issued', token: `t${(issued += 1)}`, issuerNowMs, expiresAtMs: issuerNowMs + lifeMs }
      },
    })
    renewer.subscribe((event) => events.push(event))
    return { tab, renewer, events, number }
  }
  return { browser, timeline, calls, scripted, open }
}

const freeze = ({ clock }: SimTab) => {
  clock.freezeTimers()
}

describe('tabs of one origin', () => {
  it('[TK26] make one renewal per life between them, and all hold its token (I5)', async () => {
    const one = rig()
    const alone = one.open()
    alone.renewer.hold()
    await one.timeline.advance(6 * lifeMs)
    const five = rig()
    const tabs = Array.from({ length: 5 }, () => five.open())
    for (const { renewer } of tabs) renewer.hold()
    for (let second = 0; second < 6 * 300; second += 1) {
      await five.timeline.advance(1_000)
      const tokens = new Set(tabs.map(({ renewer }) => renewer.token()))
      expect(tokens.size).toBe(1)
      expect([...tokens][0]).toBeDefined()
    }
    expect(five.calls).toHaveLength(one.calls.length)
  })

  it('[TK26] that all wake at once ask once, and every caller gets that token', async () => {
    const { browser, timeline, calls, open } = rig()
    const tabs = Array.from({ length: 5 }, () => open())
    for (const { renewer } of tabs) renewer.hold()
    await timeline.advance(1_000)
    await browser.sleepMachine(3_600_000, { monotonicTicks: false })
    const before = calls.length
    const turns = tabs.flatMap(({ renewer }) => Array.from({ length: 20 }, () => renewer.validToken()))
    await timeline.advance(100)
    expect(new Set(await Promise.all(turns)).size).toBe(1)
    expect(calls.length - before).toBeLessThanOrEqual(1)
  })

  it('[TK27] never meet a token of another name', async () => {
    const { timeline, calls, open } = rig()
    const [mine, other] = [open('api/a'), open('api/b')]
    await Promise.all([mine.renewer.validToken(), timeline.advance(100)])
    expect(other.renewer.token()).toBeUndefined()
    await Promise.all([other.renewer.validToken(), timeline.advance(100)])
    expect(calls).toHaveLength(2)
  })

  it('[TK28] a tab that opens takes the token that the others have, with the time that it has left', async () => {
    const { timeline, calls, open } = rig()
    await Promise.all([open().renewer.validToken(), timeline.advance(100)])
    await timeline.advance(200_000)
    const late = open()
    await timeline.advance(1)
    expect(late.renewer.token()).toBe('t1')
    await timeline.advance(86_000)
    expect(late.renewer.isTokenExpiredOrExpiring()).toBe(true)
    expect(calls).toHaveLength(1)
  })

  it('[TK28] a tab that brings a newer token tells the others', async () => {
    const { browser, timeline, calls, open } = rig()
    const first = open()
    await Promise.all([first.renewer.validToken(), timeline.advance(100)])
    await timeline.advance(100_000)
    const { clock, random, locks, channels } = browser.openTab().runtime
    const issuerNowMs = timeline.nowMs
    const issued = { token: 'boot', issuerNowMs, expiresAtMs: issuerNowMs + lifeMs }
    const second = new TokenRenewer({
      ...{ clock, random, tabs: { name: 'api/user', locks, channels } },
      fetchToken: () => Promise.reject(new Error('not to be called')),
      initial: { issued, asked: { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() } },
    })
    await timeline.advance(1)
    expect([first.renewer.token(), second.token()]).toEqual(['boot', 'boot'])
    expect(calls).toHaveLength(1)
  })

  it('[TK29] a leader that froze in its renewal is overtaken: a caller waits 2 s for it, the background 10 s', async () => {
    for (const isWaitedFor of [true, false]) {
      const { timeline, calls, open } = rig({ delayMs: 200 })
      const [leader, second] = [open(), open()]
      void leader.renewer.validToken().catch(() => undefined)
      await timeline.advance(100)
      freeze(leader.tab)
      expect(calls).toHaveLength(1)
      const askedAtMs = timeline.elapsedMs
      if (isWaitedFor) void second.renewer.validToken().catch(() => undefined)
      else second.renewer.hold()
      await timeline.advance(15_000)
      expect(second.renewer.token()).toBe('t1')
      expect(calls.map(({ tab }) => tab)).toEqual([1, 2])
      const waitedMs = (calls[1]?.atMs ?? 0) - askedAtMs
      expect(waitedMs).toBeGreaterThanOrEqual(isWaitedFor ? 2_000 : 10_000)
      expect(waitedMs).toBeLessThanOrEqual(isWaitedFor ? 2_000 : 11_000)
    }
  })

  it('[TK42] that wait in the background for one that froze do not all go at once', async () => {
    const { timeline, calls, open } = rig({ delayMs: 200 })
    const [leader, ...others] = Array.from({ length: 9 }, () => open())
    void leader?.renewer.validToken().catch(() => undefined)
    await timeline.advance(100)
    if (leader) freeze(leader.tab)
    for (const { renewer } of others) renewer.hold()
    await timeline.advance(12_000)
    for (const { renewer } of others) expect(renewer.token()).toBe('t1')
    expect(calls.length).toBeLessThanOrEqual(3)
  })

  it('[TK43] ask for the lock once, however many call meanwhile', async () => {
    const { browser, timeline } = rig()
    const { clock, random, locks, channels } = browser.openTab().runtime
    const asked: string[] = []
    const counted: typeof locks = {
      holdIfFree: (name, work) => {
        asked.push(name)
        return locks.holdIfFree(name, work)
      },
    }
    const issuerNowMs = timeline.nowMs
    const renewer = new TokenRenewer({
      ...{ clock, random, tabs: { name: 'api/user', locks: counted, channels } },
      fetchToken: () =>
        Promise.resolve({ kind: 'issued', token: 't1', issuerNowMs, expiresAtMs: issuerNowMs + lifeMs }),
    })
    const turns = Array.from({ length: 1_000 }, () => renewer.validToken())
    await timeline.advance(100)
    expect(new Set(await Promise.all(turns))).toEqual(new Set(['t1']))
    expect(asked).toEqual(['api/user'])
  })

  it('[TK30] keep one backoff and one Retry-After between them', async () => {
    const { timeline, calls, scripted, open } = rig()
    const [first, second] = [open(), open()]
    scripted.push({ kind: 'unavailable', reason: '429', retryAfterMs: 30_000 })
    const turns = [first, second].map(({ renewer }) => renewer.validToken({ withinMs: 60_000 }))
    await timeline.advance(29_000)
    void second.renewer.ensureValidToken({ withinMs: 20_000 })
    expect(calls).toHaveLength(1)
    await timeline.advance(5_000)
    expect(await Promise.all(turns)).toEqual(['t1', 't1'])
    expect(calls).toHaveLength(2)
  })

  it('[TK31] without locks and channels keep a token each', async () => {
    const { browser, timeline, calls, open } = rig()
    browser.locks.isMissing = browser.channels.isMissing = true
    const tabs = [open(), open()]
    const turns = tabs.map(({ renewer }) => renewer.validToken())
    await timeline.advance(100)
    expect(await Promise.all(turns)).toEqual(['t1', 't2'])
    expect(calls).toHaveLength(2)
  })

  it('[TK32] a page that is left holds no channel and no lock, and takes part again when it returns', async () => {
    const { browser, timeline, open } = rig()
    const [left, other] = [open(), open()]
    await Promise.all([left.renewer.validToken(), timeline.advance(100)])
    void left.renewer.refresh().catch(() => undefined)
    await timeline.advance(10)
    expect(browser.locks.isHeld('api/user')).toBe(true)
    left.tab.life.emit('leaving')
    await timeline.settle()
    expect(browser.locks.isHeld('api/user')).toBe(false)
    expect(browser.channels.openCount).toBe(1)
    await Promise.all([other.renewer.refresh(), timeline.advance(100)])
    const newest = other.renewer.token()
    left.tab.life.emit('returned')
    await timeline.advance(1)
    expect(left.renewer.token()).toBe(newest)
  })

  it('[TK33] a refused token is renewed once for all, and never taken back from a tab that has not heard', async () => {
    const { timeline, calls, open } = rig()
    const tabs = [open(), open(), open()]
    await Promise.all([tabs[0]?.renewer.validToken(), timeline.advance(100)])
    const answers = tabs.map(({ renewer }) =>
      withToken(
        renewer,
        (token) => Promise.resolve(token === 't1' ? 401 : 201),
        (status) => status === 401,
      ),
    )
    await timeline.advance(200)
    expect(await Promise.all(answers)).toEqual([201, 201, 201])
    expect(calls).toHaveLength(2)
  })

  it('[TK34] leave aside what makes no sense on their channel', async () => {
    const { browser, timeline, open } = rig()
    const { renewer } = open()
    const stranger = browser.openTab().runtime.channels.open('api/user/2', () => undefined)
    const atMs = timeline.nowMs
    for (const message of [
      null,
      7,
      'token',
      { type: 'token', atMs },
      { type: 'token', token: 'evil', issuerNowMs: 'x', expiresAtMs: NaN, ageMs: 0, atMs },
      { type: 'token', issuerNowMs: 0, expiresAtMs: 1e12, asked: 0, fraction: 0, atMs },
      { type: 'fail', atMs },
      { type: 'fail', failures: 1, backoffMs: 1e12, blockedMs: 1e12, code: 'refused', reason: '', atMs },
    ])
      stranger.post(message)
    await timeline.settle()
    await Promise.all([renewer.validToken(), timeline.advance(100)])
    expect(renewer.token()).toBe('t1')
  })

  it('[CV5] hear nothing of what was said long before, such as that an attempt had failed', async () => {
    const { browser, timeline, calls, open } = rig()
    const { renewer } = open()
    const other = browser.openTab().runtime.channels.open('api/user/2', () => undefined)
    const failed = { type: 'fail', failures: 1, backoffMs: 60_000, blockedMs: 60_000, code: 'unavailable', reason: '' }
    other.post({ ...failed, atMs: timeline.nowMs - 10_000 })
    await timeline.settle()
    await Promise.all([renewer.validToken(), timeline.advance(100)])
    expect(calls).toHaveLength(1)
    other.post({ ...failed, atMs: timeline.nowMs - 9_000 })
    await timeline.settle()
    expect(renewer.snapshot()).toMatchObject({ failures: 1 })
  })

  it('[CV6] make no attempt on their turn for a token that came from another tab since they asked for it', async () => {
    const { browser, timeline } = rig()
    const { clock, random, locks, channels } = browser.openTab().runtime
    let isTurn: () => void = () => undefined
    const slow: typeof locks = {
      holdIfFree: async (name, work) => {
        await new Promise<void>((resolve) => (isTurn = resolve))
        return locks.holdIfFree(name, work)
      },
    }
    const asked: string[] = []
    const renewer = new TokenRenewer({
      ...{ clock, random, tabs: { name: 'api/user', locks: slow, channels } },
      fetchToken: () => {
        asked.push('asked')
        return new Promise<never>(() => undefined)
      },
    })
    const turn = renewer.validToken()
    await timeline.settle()
    const faster = browser.openTab().runtime
    const issuerNowMs = timeline.nowMs
    new TokenRenewer({
      ...{ clock: faster.clock, random, tabs: { name: 'api/user', locks: faster.locks, channels: faster.channels } },
      fetchToken: () => Promise.reject(new Error('not to be called')),
      initial: {
        issued: { token: 'boot', issuerNowMs, expiresAtMs: issuerNowMs + lifeMs },
        asked: { wallMs: faster.clock.nowMs(), monotonicMs: faster.clock.monotonicMs() },
      },
    })
    await timeline.settle()
    expect(await turn).toBe('boot')
    isTurn()
    await timeline.settle()
    expect(asked).toEqual([])
  })

  it('[TK35] a hidden tab leaves the renewal ahead of time to one that is seen', async () => {
    const { timeline, calls, open } = rig()
    const [hidden, seen] = [open(), open()]
    hidden.tab.life.emit('hidden')
    for (const { renewer } of [hidden, seen]) renewer.hold()
    await timeline.advance(3 * lifeMs)
    expect(calls.slice(1).every(({ tab }) => tab === seen.number)).toBe(true)
    expect(calls.length).toBeGreaterThan(2)
  })

  it('[TK36] count as one for the budget of a minute (I7)', async () => {
    const { timeline, calls, open } = rig()
    const tabs = Array.from({ length: 4 }, () => open())
    for (let n = 0; n < 40; n += 1) {
      for (const { renewer } of tabs) void renewer.refresh({ withinMs: 900 }).catch(() => undefined)
      await timeline.advance(1_000)
    }
    expect(calls.length).toBeLessThanOrEqual(6)
  })
})

describe('a use inside the window ahead of time', () => {
  it('[TK37] starts a renewal that nobody waits for (S25)', async () => {
    const { timeline, calls, open } = rig({ delayMs: 4_000 })
    const { renewer } = open()
    await Promise.all([renewer.validToken(), timeline.advance(4_000)])
    await timeline.advance(275_000 - 4_000)
    let token: string | undefined
    void renewer.validToken().then((value) => (token = value))
    await timeline.settle()
    expect(token).toBe('t1')
    expect(calls).toHaveLength(2)
    await timeline.advance(4_000)
    expect(renewer.token()).toBe('t2')
  })
})
