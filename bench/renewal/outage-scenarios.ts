import { issue, type TokenFate } from './model-server.ts'
import { demand, type Scenario, type ScenarioGroup } from './scenario.ts'
import type { MonotonicInSleep } from './virtual-browser.ts'

const unavailable: TokenFate = { kind: 'status', status: 503, body: { error: 'temporarily_unavailable' } }

function wake(monotonic: MonotonicInSleep): Scenario {
  return {
    name: `wake, ${monotonic}`,
    shows: 'ok / refreshes / 401s / order kept',
    async run(stage) {
      stage.fire()
      await stage.pass(1_000)
      const before = stage.server.tokenCallsAtMs.length
      const from = stage.sent.length
      await stage.sleep(3_600_000, monotonic)
      stage.burst(1_000)
      await stage.pass(60_000)
      const { ok, refused, isOrderKept } = stage.since(from)
      return { ok, refreshes: stage.server.tokenCallsAtMs.length - before, refused, isOrderKept }
    },
    missed: demand({ ok: 1_000, refreshes: 1, refused: 0, isOrderKept: true }),
  }
}

/** 100 requests `leadMs` before the token runs out, while the token endpoint meets `fate`. */
function burstNearExpiry(
  name: string,
  leadMs: number,
  fate: (call: number, sinceMs: number) => TokenFate,
  missed: Scenario['missed'],
): Scenario {
  return {
    name,
    shows: 'served of 100 / longest wait ms',
    async run(stage) {
      await stage.sleepUntilExpiry(leadMs)
      const startedAtMs = stage.nowMs
      stage.setTokenFate((call) => fate(call, stage.nowMs - startedAtMs))
      const from = stage.sent.length
      stage.burst(100)
      await stage.pass(60_000)
      const { ok, longestWaitMs } = stage.since(from)
      return { ok, longestWaitMs }
    },
    missed,
  }
}

const allServed = demand({ ok: 100 })
const waitedAtMost5Ms: Scenario['missed'] = (outcome) =>
  Number(outcome['longestWaitMs']) <= 5 ? undefined : `a wait of ${String(outcome['longestWaitMs'])} ms`
const servedAtOnce: Scenario['missed'] = (outcome) => allServed(outcome) ?? waitedAtMost5Ms(outcome)

const silence: Scenario = {
  name: 'endpoint never answers',
  shows: 'hung of 100 after 60 s / works after healing / errors',
  async run(stage) {
    await stage.sleepUntilExpiry(-1)
    stage.setTokenFate(() => ({ kind: 'silent' }))
    const from = stage.sent.length
    stage.burst(100)
    await stage.pass(60_000)
    const { hung, errors } = stage.since(from)
    stage.setTokenFate(() => issue)
    const after = stage.sent.length
    stage.fire()
    await stage.pass(60_000)
    return { hung, works: stage.since(after).ok === 1, errors }
  },
  missed: demand({ hung: 0, works: true }),
}

const quiet: Scenario = {
  name: 'down 60 s, one request, 10 s left',
  shows: 'ok of 1 (see also unhandled rejections)',
  async run(stage) {
    await stage.sleepUntilExpiry(10_000)
    const startedAtMs = stage.nowMs
    stage.setTokenFate(() => (stage.nowMs - startedAtMs < 60_000 ? { kind: 'network-error' } : issue))
    const from = stage.sent.length
    stage.fire()
    await stage.pass(120_000)
    return { ok: stage.since(from).ok }
  },
  missed: demand({ ok: 1 }),
}

const slowInUse: Scenario = {
  name: '4 s slow, in use',
  shows: 'ok of 600 / longest wait ms',
  async run(stage) {
    stage.setTokenFate(() => ({ kind: 'issue', tookMs: 4_000 }))
    await stage.everySecond(600)
    await stage.pass(10_000)
    const { ok, longestWaitMs } = stage.since(0)
    return { ok, longestWaitMs }
  },
  missed: (outcome) => demand({ ok: 600 })(outcome) ?? waitedAtMost5Ms(outcome),
}

export const outageGroups: readonly ScenarioGroup[] = [
  { name: '1,000 requests on waking from 1 h of sleep', scenarios: [wake('ticks'), wake('halts')] },
  {
    name: 'token endpoint in trouble, 100 requests at once',
    scenarios: [
      burstNearExpiry(
        '5 s outage at expiry',
        -1,
        (_, ms) => (ms < 5_000 ? { kind: 'network-error' } : issue),
        allServed,
      ),
      burstNearExpiry('3 x 503 at expiry', -1, (call) => (call < 3 ? unavailable : issue), allServed),
      burstNearExpiry('3 x 503, 10 s left', 10_000, (call) => (call < 3 ? unavailable : issue), servedAtOnce),
      burstNearExpiry('4 s slow, 10 s left', 10_000, () => ({ kind: 'issue', tookMs: 4_000 }), servedAtOnce),
      slowInUse,
      silence,
      quiet,
    ],
  },
]
