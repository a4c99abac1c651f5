import { issue } from './model-server.ts'
import { demand, type Scenario, type ScenarioGroup } from './scenario.ts'

const spreadMs = 200
const retryAfterMs = 20_000

const revoked: Scenario = {
  name: 'revoked, 401s over 200 ms',
  shows: 'ok of 1,000 / refreshes',
  async run(stage) {
    stage.fire()
    await stage.pass(1_000)
    const before = stage.server.tokenCallsAtMs.length
    const from = stage.sent.length
    stage.server.revokeAll()
    stage.server.refusalDelayMs = (index) => Math.floor(((index - from) * spreadMs) / 1_000)
    stage.burst(1_000)
    await stage.pass(60_000)
    return { ok: stage.since(from).ok, refreshes: stage.server.tokenCallsAtMs.length - before }
  },
  missed: demand({ ok: 1_000, refreshes: 1 }),
}

const forbidden: Scenario = {
  name: '403 for permission',
  shows: 'refreshes for 10 requests',
  async run(stage) {
    stage.fire()
    await stage.pass(1_000)
    const before = stage.server.tokenCallsAtMs.length
    stage.server.apiStatus = 403
    stage.burst(10)
    await stage.pass(60_000)
    return { refreshes: stage.server.tokenCallsAtMs.length - before }
  },
  missed: demand({ refreshes: 0 }),
}

const allRefused: Scenario = {
  name: 'every new token refused',
  shows: 'hung of 10 / refreshes / errors / 401s handed on',
  async run(stage) {
    stage.fire()
    await stage.pass(1_000)
    const before = stage.server.tokenCallsAtMs.length
    const from = stage.sent.length
    stage.server.apiStatus = 401
    stage.burst(10)
    await stage.pass(60_000)
    const { hung, errors, answered401 } = stage.since(from)
    return { hung, refreshes: stage.server.tokenCallsAtMs.length - before, errors, answered401 }
  },
  missed: (outcome) =>
    demand({ hung: 0 })(outcome) ??
    (Number(outcome['refreshes']) <= 1 ? undefined : `${String(outcome['refreshes'])} refreshes`),
}

const grantRevoked: Scenario = {
  name: 'grant revoked, 120 s',
  shows: 'refreshes at 1 call/s',
  async run(stage) {
    await stage.sleepUntilExpiry(-1)
    const before = stage.server.tokenCallsAtMs.length
    stage.setTokenFate(() => ({ kind: 'status', status: 400, body: { error: 'invalid_grant' } }))
    await stage.everySecond(120)
    return { refreshes: stage.server.tokenCallsAtMs.length - before }
  },
  // One per 60 s.
  missed: (outcome) => (Number(outcome['refreshes']) <= 2 ? undefined : `${String(outcome['refreshes'])} refreshes`),
}

const throttled: Scenario = {
  name: '429, Retry-After 20, 60 s',
  shows: 'early calls / alive after',
  async run(stage) {
    await stage.sleepUntilExpiry(-1)
    const from = stage.server.tokenCallsAtMs.length
    const status = { kind: 'status', status: 429, body: { error: 'too_many_requests' } } as const
    stage.setTokenFate(() => ({ ...status, headers: { 'retry-after': '20' } }))
    await stage.everySecond(60)
    const calls = stage.server.tokenCallsAtMs.slice(from)
    const early = calls.filter((atMs, n) => n > 0 && atMs < (calls[n - 1] ?? 0) + retryAfterMs).length
    stage.setTokenFate(() => issue)
    const after = stage.sent.length
    await stage.everySecond(30)
    await stage.pass(30_000)
    return { early, isAlive: stage.sent.slice(after).at(-1)?.status === 200 }
  },
  missed: demand({ early: 0, isAlive: true }),
}

export const refusalGroup: ScenarioGroup = {
  name: 'refusals',
  scenarios: [revoked, forbidden, allRefused, grantRevoked, throttled],
}
