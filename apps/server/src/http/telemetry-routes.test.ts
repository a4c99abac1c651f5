import { headers, limits, type OrgId, type PublicVisitorId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openTestRing } from '../../tests/key-rings.ts'
import { openTestStore } from '../../tests/sqlite-stores.ts'
import { openTestLimits } from '../../tests/test-limits.ts'
import { issueAgentToken } from '../auth/agent-token.ts'
import { createAuthenticate } from '../auth/authenticate.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import { issueOrgToken } from '../auth/org-token.ts'
import { createIdentifyVisitor } from '../auth/visitor.ts'
import { orgLike } from '../store/contract-suite.ts'
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts'
import { maxReportsPerWindow } from '../telemetry/report-budget.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { createHttpServer } from './http-server.ts'
import { addTelemetryRoutes } from './telemetry-routes.ts'

const report = {
  renewals: [{ cause: 'use', outcome: 'renewed', tookMs: 30 }],
  ...{ waitsMs: [], refusedWrites: 0, staleServes: 0, sharedRenewals: 0, dropped: 0 },
}

describe('telemetry over HTTP', () => {
  let clock: SimClock
  let ring: KeyRing
  let app: FastifyInstance
  let telemetry: Telemetry

  beforeEach(async () => {
    clock = new SimClock()
    const random = new SimRandom('telemetry')
    const store = openTestStore()
    ring = openTestRing(clock)
    telemetry = new Telemetry(clock)
    const authenticate = createAuthenticate({
      ...{ store, keyRing: ring, clock, lifetimeSeconds: 300, ownOrigins: () => ['http://localhost:4000'] },
      identifyVisitor: createIdentifyVisitor(random.bytes(32)),
      findAgentRole: async () => 'agent',
    })
    app = createHttpServer({
      ...{ authenticate, unavailableReason, random, clock, publicUrl: undefined },
      ...{ ownOrigins: () => ['http://localhost:4000'], isUpgrade: () => false },
      agents: { findSession: () => Promise.resolve({ kind: 'none' }) },
      ...openTestLimits(clock, random),
      log: { level: 'error', clock, stream: { write: () => true } },
    })
    addTelemetryRoutes(app, telemetry, clock)
    app.get('/api/bootloader', () => ({ ok: true }))
    app.post('/conversations', () => ({ ok: true }))
    await store.putOrg(orgLike('a'))
    await store.putOrg(orgLike('b'))
    onTestFinished(() => app.close())
  })

  const mint = () => ({ nowMs: clock.nowMs(), lifetimeSeconds: 300, validFromMs: 0 })
  const tokenOf = (name: string, visitorId?: PublicVisitorId) => {
    const { id: orgId, key: orgKey } = orgLike(name)
    return issueOrgToken(ring, { orgId, orgKey, visitorId, ...mint() })
  }
  const post = (token: string | undefined, payload: unknown, more: Record<string, string> = {}) =>
    app.inject({
      ...{ method: 'POST', url: '/api/telemetry', payload: JSON.stringify(payload) },
      headers: { 'content-type': 'application/json', ...(token && { [headers.orgToken]: token }), ...more },
    })
  const healthOf = async (name: string, query = '') => {
    const orgId: OrgId = orgLike(name).id
    const token = issueAgentToken(ring, { orgId, userId: 'u', sessionId: 's', role: 'agent', ...mint() })
    const url = `/api/agent/session-health${query}`
    return app.inject({ url, headers: { [headers.agentToken]: token } })
  }
  const totalOf = async (name: string) => (await healthOf(name)).json<{ total: Record<string, number> }>().total

  it('[TE8] takes a report with 202 and no body, and counts it for the organisation of its token alone', async () => {
    const answer = await post(tokenOf('a'), { ...report, orgId: orgLike('b').id, orgKey: orgLike('b').key })
    expect([answer.statusCode, answer.body]).toEqual([202, ''])
    expect(await totalOf('a')).toMatchObject({ renewed: 1, reports: 1 })
    expect(await totalOf('b')).toMatchObject({ renewed: 0, reports: 0 })
    const claimed = await post(tokenOf('a'), report, { [headers.orgKey]: orgLike('b').key })
    expect(claimed.statusCode).toBe(401)
    expect(await totalOf('b')).toMatchObject({ reports: 0 })
  })

  it('[TE9] refuses a report that is malformed, too large, no JSON or without a valid token, each by its code', async () => {
    const codeOf = async (sent: ReturnType<typeof post>) => {
      const answer = await sent
      return `${String(answer.statusCode)} ${answer.json<{ code: string }>().code}`
    }
    expect(await codeOf(post(tokenOf('a'), { ...report, dropped: -1 }))).toBe('400 request_invalid')
    expect(await codeOf(post(tokenOf('a'), { pad: 'x'.repeat(limits.telemetryBytes) }))).toBe('413 body_too_large')
    expect(await codeOf(post(tokenOf('a'), report, { 'content-type': 'text/plain' }))).toBe(
      '415 media_type_unsupported',
    )
    expect(await codeOf(post(undefined, report))).toBe('401 token_missing')
    const old = tokenOf('a')
    await clock.advance(301_000)
    expect(await codeOf(post(old, report))).toBe('401 token_expired')
    expect(await totalOf('a')).toMatchObject({ reports: 0, serverRefusedExpired: 0 })
  })

  it('[TE10] may be sent by a page of another origin that the organisation admits', async () => {
    const origin = 'http://localhost:5173'
    const preflight = await app.inject({
      ...{ method: 'OPTIONS', url: '/api/telemetry' },
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-org-token' },
    })
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toContain('x-org-token')
    expect((await post(tokenOf('a'), report, { origin })).statusCode).toBe(202)
    expect((await post(tokenOf('a'), report, { origin: 'https://evil.example' })).statusCode).toBe(403)
  })

  it("[TE11] answers an organisation's reports beyond its budget with 429 and Retry-After, before the body is read", async () => {
    const token = tokenOf('a')
    // In two halves: more calls at once are refused as calls, whatever they bring.
    for (const half of [1, 2]) {
      for (let count = 0; count < maxReportsPerWindow / 2; count++) await post(token, report)
      if (half === 1) await clock.advance(5_000)
    }
    const answer = await post(token, 'not read, or it would be 400')
    expect(answer.statusCode).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect((await post(tokenOf('b'), report)).statusCode).toBe(202)
    expect(await totalOf('a')).toMatchObject({ reports: maxReportsPerWindow })
  })

  it('[TE12] counts what the server itself saw: the bootloader by outcome, and writes refused for their token', async () => {
    const old = tokenOf('a')
    const write = (token: string, more: Record<string, string> = {}) =>
      app.inject({ method: 'POST', url: '/conversations', headers: { [headers.orgToken]: token, ...more } })
    const boot = (more: Record<string, string>) => app.inject({ url: '/api/bootloader', headers: more })
    await boot({ [headers.orgKey]: orgLike('a').key })
    await boot({ [headers.orgKey]: orgLike('a').key, origin: 'https://evil.example' })
    await boot({ [headers.orgKey]: 'nobody' })
    await write(old)
    // Signed by us, for a visitor who is not the one that it is sent for.
    await write(tokenOf('a', 'p_x' as PublicVisitorId), {
      [headers.visitorId]: 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b',
    })
    await clock.advance(301_000)
    await write(old)
    expect(await totalOf('a')).toMatchObject({
      ...{ bootloaderAnswered: 1, bootloaderRefused: 1, bootloaderFailed: 0 },
      ...{ serverRefusedExpired: 1, serverRefusedInvalid: 1 },
    })
  })

  it('[TE12] counts for no organisation what names one without proof', async () => {
    const forged = `${tokenOf('a').slice(0, -4)}AAAA`
    await app.inject({
      ...{ method: 'POST', url: '/conversations' },
      headers: { [headers.orgToken]: forged, [headers.orgKey]: orgLike('a').key },
    })
    expect(await totalOf('a')).toMatchObject({ serverRefusedInvalid: 0 })
    expect(await telemetry.metrics.read()).toContain(
      'helvino_server_refused_tokens_total{org="",code="token_invalid"} 1',
    )
  })

  it('[TE13] shows the figures to agents of that organisation, for 1 to 1440 minutes', async () => {
    expect((await app.inject('/api/agent/session-health')).statusCode).toBe(401)
    for (const query of ['', '?minutes=1', '?minutes=1440']) expect((await healthOf('a', query)).statusCode).toBe(200)
    for (const query of ['?minutes=0', '?minutes=1441', '?minutes=1.5', '?minutes=', '?minutes=x'])
      expect((await healthOf('a', query)).statusCode).toBe(400)
  })
})
