import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { TokenRenewer } from './renewer.ts'
import type { TokenAnswer, TokenRenewerOptions } from './renewer-options.ts'
import { TokenError } from './token-error.ts'
import type { TokenEvent } from './token-event.ts'
import { withToken } from './with-token.ts'

const lifeMs = 300_000

/** An issuer with a clock of its own, whose answers a test can script; every token is named by its number. */
function rig(
  options: Partial<TokenRenewerOptions> & { skewMs?: number; issuedLifeMs?: number; delayMs?: number } = {},
) {
  const clock = new SimClock()
  const scripted: (TokenAnswer | 'silence' | 'nothing' | Error)[] = []
  const events: TokenEvent[] = []
  const calls: number[] = []
  let issued = 0
  const { skewMs = 0, issuedLifeMs = lifeMs, delayMs = 50, ...rest } = options
  if (skewMs !== 0) clock.stepWallClock(skewMs)
  const renewer = new TokenRenewer({
    clock,
    random: new SimRandom(1),
    fetchToken: async (signal) => {
      calls.push(clock.timeline.elapsedMs)
      await new Promise<void>((resolve) => {
        clock.startTimer(delayMs, resolve)
      })
      const next = scripted.shift()
      if (next instanceof Error) throw next
      if (next === 'nothing') return undefined as unknown as TokenAnswer
      if (next === 'silence') return new Promise<never>(() => signal)
      if (next) return next
      issued += 1
      const issuerNowMs = clock.timeline.nowMs
      return { kind: 'issued', token: `t${issued}`, issuerNowMs, expiresAtMs: issuerNowMs + issuedLifeMs }
    },
    ...rest,
  })
  renewer.subscribe((event) => events.push(event))
  const outcome = (promise: Promise<unknown>) => {
    const seen: { value?: unknown; error?: TokenError; count: number } = { count: 0 }
    promise.then(
      (value) => {
        seen.value = value
        seen.count += 1
      },
      (error: unknown) => {
        if (!(error instanceof TokenError)) throw error
        seen.error = error
        seen.count += 1
      },
    )
    return seen
  }
  return { clock, renewer, scripted, events, calls, outcome }
}

const down: TokenAnswer = { kind: 'unavailable', reason: 'down' }

describe('a token that comes expired', () => {
  it('[CV7] is never held: the attempt counts as failed, and is made again', async () => {
    const { clock, renewer, scripted, events, calls } = rig()
    const nowMs = clock.timeline.nowMs
    scripted.push({ kind: 'issued', token: 'dead', issuerNowMs: nowMs, expiresAtMs: nowMs })
    const turn = renewer.validToken()
    await clock.advance(100)
    expect(renewer.token()).toBeUndefined()
    expect(events).toContainEqual(expect.objectContaining({ type: 'failed', reason: 'came expired', isFinal: false }))
    await clock.advance(2_000)
    expect(await turn).toBe('t1')
    expect(calls).toHaveLength(2)
  })
})

describe('a valid token', () => {
  it('[TK1] is given at once, with no call, no event and no status (S04)', async () => {
    const { clock, renewer, calls, events } = rig()
    await Promise.all([renewer.ensureValidToken(), clock.advance(100)])
    const eventsBefore = events.length
    expect(renewer.token()).toBe('t1')
    await Promise.all([renewer.ensureValidToken(), clock.settle()])
    expect(calls).toHaveLength(1)
    expect(events).toHaveLength(eventsBefore)
  })

  it.each([
    [300_000, undefined, 285_000],
    [300_000, 30_000, 270_000],
    [5_000, undefined, 3_750],
    [60 * 86_400_000, undefined, 60 * 86_400_000 - 15_000],
  ])(
    '[TK2] of %i ms is due one buffer before expiry, never more than a quarter of its life (S03, S16)',
    async (issuedLifeMs, bufferMs, dueMs) => {
      const { clock, renewer, calls } = rig({ issuedLifeMs, delayMs: 0, ...(bufferMs && { bufferMs }) })
      expect(renewer.isTokenExpiredOrExpiring()).toBe(true)
      await Promise.all([renewer.ensureValidToken(), clock.advance(1)])
      await clock.advance(dueMs - 3)
      expect(renewer.isTokenExpiredOrExpiring()).toBe(false)
      await clock.advance(3)
      expect(renewer.isTokenExpiredOrExpiring()).toBe(true)
      expect(calls).toHaveLength(1)
    },
  )
})

describe('a renewal', () => {
  it('[TK3] is one, however many callers wait, and they are served in the order in which they came (S05, S06)', async () => {
    const { clock, renewer, calls } = rig()
    const order: number[] = []
    for (let n = 0; n < 1_000; n += 1) void renewer.validToken().then(() => order.push(n))
    await clock.advance(60)
    expect(calls).toHaveLength(1)
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, n) => n))
  })

  it('[TK4] that gets no answer is given up after its deadline, and the next one serves everybody (S08)', async () => {
    const { clock, renewer, scripted, calls, outcome } = rig()
    scripted.push('silence')
    const seen = outcome(renewer.validToken({ withinMs: 60_000 }))
    await clock.advance(10_000)
    expect(calls).toHaveLength(1)
    await clock.advance(2_000)
    expect(calls).toHaveLength(2)
    expect(seen).toMatchObject({ value: 't1', count: 1 })
  })

  it('[TK5] that answers after its deadline is not heard', async () => {
    const { clock, renewer, outcome } = rig({ delayMs: 12_000 })
    const seen = outcome(renewer.validToken({ withinMs: 11_500 }))
    await clock.advance(12_500)
    expect(seen.error?.code).toBe('unavailable')
    expect(renewer.token()).toBeUndefined()
  })

  it('[TK6] that failed is never what is remembered: the next success serves (S08)', async () => {
    const { clock, renewer, scripted, outcome } = rig()
    scripted.push(down, new Error('network'), down)
    const seen = outcome(renewer.validToken({ withinMs: 60_000 }))
    await clock.advance(20_000)
    expect(seen).toMatchObject({ value: 't1', count: 1 })
    expect(renewer.token()).toBe('t1')
    expect(renewer.snapshot()).toMatchObject({ failures: 0, waiting: 0, phase: 'resting' })
  })

  it('[TK7] is retried with half-floor jitter, doubling from 1 s, while somebody waits (S22)', async () => {
    const { clock, renewer, scripted, calls, outcome } = rig({ delayMs: 0 })
    for (let n = 0; n < 5; n += 1) scripted.push(down)
    outcome(renewer.validToken({ withinMs: 600_000 }))
    await clock.advance(300_000)
    const waits = calls.slice(1).map((at, n) => at - (calls[n] ?? 0))
    expect(waits).toHaveLength(5)
    waits.forEach((waitMs, n) => {
      const ceilingMs = Math.min(30_000, 1_000 * 2 ** n)
      expect(waitMs).toBeGreaterThanOrEqual(ceilingMs / 2)
      expect(waitMs).toBeLessThanOrEqual(ceilingMs + 1)
    })
  })

  it('[TK44] is retried after 10 s and more where nobody is at it, whoever waits and however many call', async () => {
    const use = { isIdle: true }
    const { clock, renewer, scripted, calls, outcome } = rig({ delayMs: 0, isIdle: () => use.isIdle })
    for (let n = 0; n < 5; n += 1) scripted.push(down)
    outcome(renewer.validToken({ withinMs: 600_000 }))
    for (let second = 0; second < 120; second += 1) {
      await clock.advance(1_000)
      outcome(renewer.validToken())
    }
    const waits = calls.slice(1).map((at, n) => at - (calls[n] ?? 0))
    expect(waits.length).toBeGreaterThanOrEqual(3)
    waits.forEach((waitMs, n) => {
      expect(waitMs).toBeGreaterThanOrEqual(5_000 * 2 ** n)
      expect(waitMs).toBeLessThanOrEqual(10_000 * 2 ** n + 1)
    })
    const before = calls.length
    use.isIdle = false
    outcome(renewer.validToken())
    await clock.advance(5_000)
    expect(calls).toHaveLength(before + 1)
  })

  it('[TK8] never comes sooner than Retry-After asked, not even for a caller who acts', async () => {
    const { clock, renewer, scripted, calls, outcome } = rig({ delayMs: 0 })
    scripted.push({ kind: 'unavailable', reason: '429', retryAfterMs: 20_000 })
    outcome(renewer.validToken())
    await clock.advance(6_000)
    const late = outcome(renewer.validToken())
    renewer.wake()
    await clock.advance(13_900)
    expect(calls).toHaveLength(1)
    await clock.advance(200)
    expect(calls).toHaveLength(2)
    expect(late.value).toBe('t1')
  })

  it('[TK9] is at most max(6, 3 x 60 s / life) in any minute, over every cause (I7)', async () => {
    const { clock, renewer, calls } = rig({ delayMs: 0 })
    for (let n = 0; n < 30; n += 1) {
      void renewer.refresh({ withinMs: 500 }).catch(() => undefined)
      await clock.advance(1_000)
    }
    expect(calls).toHaveLength(6)
    await clock.advance(60_000)
    await Promise.all([renewer.refresh(), clock.advance(10)])
    expect(calls.length).toBeGreaterThan(6)
  })

  it('[TK10] by hand says so where it did not succeed, although the old token still serves others (S05)', async () => {
    const { clock, renewer, scripted, outcome } = rig()
    await Promise.all([renewer.refresh(), clock.advance(100)])
    scripted.push(down)
    const seen = outcome(renewer.refresh())
    await clock.advance(100)
    expect(seen.error?.code).toBe('unavailable')
    expect(renewer.token()).toBe('t1')
  })
})

describe('a caller that waits', () => {
  it('[TK11] leaves exactly once: with its own deadline, its own signal, a full queue or the end of the renewer', async () => {
    const { clock, renewer, scripted, outcome } = rig({ maxWaiting: 3 })
    scripted.push('silence', 'silence', 'silence')
    const stop = new AbortController()
    const late = outcome(renewer.validToken({ withinMs: 3_000 }))
    const aborted = outcome(renewer.validToken({ signal: stop.signal }))
    const disposed = outcome(renewer.validToken({ withinMs: 60_000 }))
    const full = outcome(renewer.validToken())
    await clock.advance(1_000)
    stop.abort('changed my mind')
    await clock.advance(4_000)
    renewer.dispose()
    const after = outcome(renewer.validToken())
    await clock.advance(60_000)
    expect(late).toMatchObject({ error: { code: 'unavailable' }, count: 1 })
    expect(aborted).toMatchObject({ error: { code: 'aborted', cause: 'changed my mind' }, count: 1 })
    expect(disposed).toMatchObject({ error: { code: 'disposed' }, count: 1 })
    expect(full).toMatchObject({ error: { code: 'queue-full' }, count: 1 })
    expect(after).toMatchObject({ error: { code: 'disposed' }, count: 1 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('[TK11] whose signal is aborted already never joins', async () => {
    const { clock, renewer, calls, outcome } = rig()
    const stop = new AbortController()
    stop.abort()
    const seen = outcome(renewer.validToken({ signal: stop.signal }))
    await clock.settle()
    expect(seen.error?.code).toBe('aborted')
    expect(calls).toHaveLength(0)
  })
})

describe('an outage', () => {
  it('[TK12] costs nobody a wait while the old token is valid, and serves all once it ends', async () => {
    const { clock, renewer, scripted, outcome } = rig()
    await Promise.all([renewer.refresh(), clock.advance(50)])
    await clock.advance(286_000)
    for (let n = 0; n < 30; n += 1) scripted.push(down)
    const first = outcome(renewer.validToken())
    await clock.advance(60)
    expect(first.value).toBe('t1')
    const second = outcome(renewer.validToken())
    await clock.settle()
    expect(second.value).toBe('t1')
    await clock.advance(13_600)
    const expired = outcome(renewer.validToken({ withinMs: 60_000 }))
    await clock.settle()
    expect(expired.count).toBe(0)
    scripted.length = 0
    await clock.advance(31_000)
    expect(expired.value).toBe('t2')
  })

  it('[TK12] serves no token that has died, though the wall clock was set back meanwhile', async () => {
    const { clock, renewer, scripted, outcome } = rig()
    await Promise.all([renewer.refresh(), clock.advance(50)])
    for (let n = 0; n < 30; n += 1) scripted.push(down)
    await clock.advance(286_000)
    expect(outcome(renewer.validToken()).count).toBe(0)
    clock.stepWallClock(-600_000)
    await clock.advance(20_000)
    const seen = outcome(renewer.validToken())
    await clock.advance(10)
    expect(seen.count).toBe(0)
  })

  it('[TK13] ends at once where the network returns, but a hurried try comes at most every five seconds (S23)', async () => {
    const { clock, renewer, scripted, calls, outcome } = rig({ delayMs: 0 })
    for (let n = 0; n < 100; n += 1) scripted.push(down)
    outcome(renewer.validToken({ withinMs: 600_000 }))
    await clock.advance(120_000)
    const before = calls.length
    for (let n = 0; n < 20; n += 1) {
      renewer.wake()
      await clock.advance(250)
    }
    expect(calls.length - before).toBeLessThanOrEqual(2)
    expect(calls.length - before).toBeGreaterThanOrEqual(1)
  })
})

describe('what makes no sense', () => {
  it('[TK38] an answer that is none is a failed attempt', async () => {
    const { clock, renewer, scripted, outcome } = rig({ delayMs: 0 })
    scripted.push('nothing')
    const seen = outcome(renewer.validToken())
    await clock.advance(2_000)
    expect(seen.value).toBe('t1')
    expect(renewer.snapshot().failures).toBe(0)
  })

  it('[TK38] a Retry-After that is no number asks for nothing', async () => {
    const { clock, renewer, scripted, outcome } = rig({ delayMs: 0 })
    scripted.push({ kind: 'unavailable', reason: 'odd', retryAfterMs: NaN })
    const seen = outcome(renewer.validToken())
    await clock.advance(2_000)
    expect(seen.value).toBe('t1')
  })
})

describe('a caller whose patience ends', () => {
  it('[TK39] goes with a token that is due, where it is still alive', async () => {
    const { clock, renewer, outcome, calls } = rig({ delayMs: 8_000, holdBackMs: Infinity })
    await Promise.all([renewer.refresh(), clock.advance(8_000)])
    await clock.advance(278_500)
    const seen = outcome(renewer.validToken({ withinMs: 2_000 }))
    await clock.advance(1_900)
    expect(seen.count).toBe(0)
    await clock.advance(100)
    expect(seen.value).toBe('t1')
    expect(calls).toHaveLength(2)
  })
})

describe('a token that is due and alive', () => {
  const dueAtMs = 290_000

  it('[TK40] serves at once, and its successor is fetched meanwhile', async () => {
    const { clock, renewer, outcome, calls } = rig({ delayMs: 4_000 })
    await Promise.all([renewer.refresh(), clock.advance(4_000)])
    await clock.advance(dueAtMs - 4_000)
    expect(renewer.token()).toBe('t1')
    const seen = outcome(renewer.validToken())
    await clock.settle()
    expect(seen.value).toBe('t1')
    await clock.advance(4_000)
    expect([renewer.token(), calls.length]).toEqual(['t2', 2])
  })

  it.each([
    [4_000, 't1'],
    [6_000, 't2'],
  ])(
    '[TK41] is held back for its successor in its last moments: at `holdBackMs` %i gives %s',
    async (holdBackMs, given) => {
      const { clock, renewer, outcome } = rig({ delayMs: 1_000, holdBackMs })
      await Promise.all([renewer.refresh(), clock.advance(1_000)])
      // Fit to leave for five more seconds.
      await clock.advance(294_000 - 1_000)
      const seen = outcome(renewer.validToken())
      await clock.settle()
      expect(seen.count).toBe(given === 't1' ? 1 : 0)
      await clock.advance(1_000)
      expect(seen.value).toBe(given)
    },
  )
})

describe('clocks', () => {
  it.each([600_000, -600_000, 21_600_000, -21_600_000])(
    '[TK14] wrong by %i ms from the start change nothing: two renewals in ten minutes, never a dead token',
    async (skewMs) => {
      const { clock, renewer, calls } = rig({ skewMs })
      for (let second = 0; second < 590; second += 1) {
        await Promise.all([renewer.validToken(), clock.advance(1_000)])
      }
      expect(calls).toHaveLength(3)
    },
  )

  it('[TK15] set forward cost one renewal per step; set back, none', async () => {
    const { clock, renewer, calls } = rig()
    const use = () => Promise.all([renewer.validToken(), clock.advance(100)])
    await use()
    clock.stepWallClock(600_000)
    await use()
    await use()
    expect(calls).toHaveLength(2)
    clock.stepWallClock(-600_000)
    await use()
    expect(calls).toHaveLength(2)
    await clock.advance(286_000)
    expect(renewer.isTokenExpiredOrExpiring()).toBe(true)
  })

  it.each([true, false])(
    '[TK16] show a token that died in sleep as dead, where the monotonic clock ticks in sleep: %s',
    async (monotonicTicks) => {
      const { clock, renewer, calls, outcome } = rig()
      await Promise.all([renewer.validToken(), clock.advance(100)])
      await clock.sleepMachine(8 * 3_600_000, { monotonicTicks })
      expect(renewer.token()).toBeUndefined()
      const seen = outcome(renewer.validToken())
      await clock.advance(100)
      expect(seen.value).toBe('t2')
      expect(calls).toHaveLength(2)
    },
  )
})

describe('a refused token', () => {
  const refusedBy = (dead: Set<string>) => (token: string) => Promise.resolve(dead.has(token) ? 401 : 201)

  it('[TK17] is renewed once and the request sent once more, unseen (S07)', async () => {
    const { clock, renewer, calls } = rig()
    await Promise.all([renewer.validToken(), clock.advance(100)])
    const sent: string[] = []
    const send = (token: string) => {
      sent.push(token)
      return refusedBy(new Set(['t1']))(token)
    }
    const [answer] = await Promise.all([withToken(renewer, send, (status) => status === 401), clock.advance(100)])
    expect(answer).toBe(201)
    expect(sent).toEqual(['t1', 't2'])
    expect(calls).toHaveLength(2)
  })

  it('[TK18] reported late, after it was replaced, forces nothing', async () => {
    const { clock, renewer, calls } = rig()
    await Promise.all([renewer.validToken(), clock.advance(100)])
    const answers = Array.from({ length: 100 }, (_, n) =>
      withToken(
        renewer,
        async (token) => {
          await new Promise<void>((resolve) => clock.startTimer(n * 5, resolve))
          return token === 't1' ? 401 : 201
        },
        (status) => status === 401,
      ),
    )
    await clock.advance(2_000)
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, () => 201))
    expect(calls).toHaveLength(2)
  })

  it('[TK19] whose successors are refused too ends in one typed error per request and one renewal, and is tried again a minute later', async () => {
    const { clock, renewer, calls, outcome } = rig()
    await Promise.all([renewer.validToken(), clock.advance(100)])
    const refuseAll = () =>
      withToken(
        renewer,
        () => Promise.resolve(401),
        (status) => status === 401,
      )
    const first = Array.from({ length: 10 }, () => outcome(refuseAll()))
    await clock.advance(1_000)
    expect(calls).toHaveLength(2)
    expect(first.every(({ count }) => count === 1)).toBe(true)
    renewer.reportRefused('t2')
    const later = outcome(renewer.validToken())
    await clock.settle()
    expect(later.error).toMatchObject({ code: 'rejected' })
    await clock.advance(61_000)
    expect(calls).toHaveLength(2)
    const recovered = outcome(renewer.validToken())
    await clock.advance(100)
    expect(recovered.value).toBe('t3')
  })
})

describe('a final no', () => {
  it('[TK20] is told to everybody at once, and asked about at most once a minute', async () => {
    const { clock, renewer, scripted, calls, outcome } = rig()
    scripted.push({ kind: 'refused', reason: 'org_disabled' })
    const waiting = [outcome(renewer.validToken()), outcome(renewer.validToken())]
    await clock.advance(100)
    for (const { error } of waiting) expect(error).toMatchObject({ code: 'refused', cause: 'org_disabled' })
    for (let second = 0; second < 55; second += 1) {
      outcome(renewer.validToken())
      await clock.advance(1_000)
    }
    expect(calls).toHaveLength(1)
    await clock.advance(6_000)
    const healed = outcome(renewer.validToken())
    await clock.advance(100)
    expect(healed.value).toBe('t1')
  })

  it('[TK20] is not what a caller hears who comes when its minute is over, and is left without an answer', async () => {
    const { clock, renewer, scripted, outcome } = rig()
    scripted.push({ kind: 'refused', reason: 'org_disabled' }, 'silence')
    outcome(renewer.validToken())
    await clock.advance(61_000)
    const seen = outcome(renewer.validToken({ withinMs: 2_000 }))
    await clock.advance(2_000)
    expect(seen.error?.code).toBe('unavailable')
  })
})

describe('ahead of time', () => {
  it.each([300_000, 5_000])(
    '[TK21] a held token of %i ms is renewed at a random point before it is due, nobody waiting (S21)',
    async (issuedLifeMs) => {
      const points = new Set<number>()
      for (let seed = 1; seed <= 20; seed += 1) {
        const { clock, renewer, calls } = rig({ issuedLifeMs, delayMs: 0, random: new SimRandom(seed) })
        const release = renewer.hold()
        await clock.advance(issuedLifeMs * 0.95)
        expect(calls).toHaveLength(2)
        const point = (calls[1] ?? 0) / issuedLifeMs
        const latest = issuedLifeMs === 300_000 ? 0.9 : 0.75
        expect(point).toBeGreaterThanOrEqual(latest * (8 / 9) - 0.001)
        expect(point).toBeLessThanOrEqual(latest + 0.001)
        points.add(point)
        release()
        await clock.advance(issuedLifeMs * 3)
        expect(calls).toHaveLength(2)
      }
      expect(points.size).toBeGreaterThan(15)
    },
  )

  it('[TK22] no renewal happens where nobody holds the token and nobody asks (S09)', async () => {
    const { clock, renewer, calls } = rig()
    await Promise.all([renewer.validToken(), clock.advance(100)])
    await clock.advance(24 * 3_600_000)
    expect(calls).toHaveLength(1)
  })
})

describe('what is told', () => {
  it('[TK23] tells every attempt with cause and outcome, and never a token (S14)', async () => {
    const { clock, renewer, scripted, events } = rig()
    scripted.push(down)
    await Promise.all([renewer.validToken(), clock.advance(5_000)])
    expect(events).toMatchObject([
      { type: 'renewing', cause: 'first', attempt: 0, waiting: 1 },
      { type: 'failed', cause: 'first', attempt: 0, reason: 'down', isFinal: false, isServed: false, waiting: 1 },
      { type: 'renewing', cause: 'first', attempt: 1, waiting: 1 },
      { type: 'renewed', cause: 'first', attempt: 1, tookMs: 50, waiting: 1 },
    ])
    expect(JSON.stringify(events)).not.toContain('t1')
  })

  it('[TK25] a token that was at hand is used without a call, timed from before it was asked for', async () => {
    const base = rig()
    const { clock, calls } = base
    const issuerNowMs = clock.timeline.nowMs
    const asked = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
    await clock.advance(5_000)
    const renewer = new TokenRenewer({
      clock,
      random: new SimRandom(1),
      fetchToken: () => Promise.reject(new Error('not to be called')),
      initial: { issued: { token: 'boot', issuerNowMs, expiresAtMs: issuerNowMs + lifeMs }, asked },
    })
    expect(renewer.token()).toBe('boot')
    await clock.advance(279_900)
    expect(renewer.token()).toBe('boot')
    await clock.advance(200)
    expect(renewer.isTokenExpiredOrExpiring()).toBe(true)
    expect(calls).toHaveLength(0)
  })
})
