import { headers, type OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTestLimits } from '../../tests/test-limits.ts'
import type { AgentSession } from '../auth/agents.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Authentication } from '../auth/principal.ts'
import { orgLike } from '../store/contract-suite.ts'
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { createHttpServer, type HttpServerOptions } from './http-server.ts'
import { agentOf, publicOf, sessionOf, visitorOf } from './request-state.ts'

const startedAt = new Date(new SimClock().nowMs())
const session = { userId: 'u1', orgId: 'org_a' as OrgId, sessionId: 's1', role: 'agent', startedAt } as AgentSession
const local = { host: 'localhost:4000' }

/** The server's own guard, before handlers that say that they were reached. */
function rig(answer: Authentication = { kind: 'refused', code: 'token_missing' }) {
  const clock = new SimClock()
  const random = new SimRandom('guard')
  const authenticate: Authenticate = () => Promise.resolve(answer)
  const options: GuardOptions & Pick<HttpServerOptions, 'clock' | 'answers'> & { readonly clock: SimClock } = {
    clock,
    ...{ authenticate, publicUrl: undefined, ownOrigins: () => ['http://localhost:4000'] },
    agents: {
      findSession: (cookie) =>
        Promise.resolve(
          cookie === 'session=right' ? { kind: 'found', session, setCookies: ['session=newer'] } : { kind: 'none' },
        ),
    },
    ...openTestLimits(clock, random),
  }
  const app = createHttpServer({
    ...{ ...options, unavailableReason, random, clock, isUpgrade: () => false },
    log: { level: 'silent', clock, stream: { write: () => true } },
  })
  onTestFinished(() => app.close())
  return { app, options, clock }
}

const codeOf = async (app: FastifyInstance, request: InjectOptions) => {
  const answer = await app.inject({ method: 'GET', ...request, headers: { ...local, ...request.headers } })
  return answer.statusCode === 200 ? 'reached' : answer.json<{ code: string }>().code
}

describe('the guard', () => {
  it('[CV70] lets nobody through to a route that has no role, though it was registered', async () => {
    const app = Fastify()
    onTestFinished(() => app.close())
    app.addHook('onRequest', createGuard(rig().options).guard)
    app.get('/forgotten', () => 'open to everybody')
    const answer = await app.inject('/forgotten')
    expect([answer.statusCode, answer.body.includes('open')]).toEqual([500, false])
  })

  it('[CV71] answers an address that no route has with 404, whoever asks', async () => {
    expect(await codeOf(rig().app, { url: '/nowhere' })).toBe('not_found')
  })

  it('[CV72] refuses a visitor whose own id is malformed before it asks who it is', async () => {
    const { app } = rig()
    app.get('/conversations', () => 'reached')
    expect(await codeOf(app, { url: '/conversations', headers: { [headers.visitorId]: 'nobody' } })).toBe(
      'visitor_invalid',
    )
    expect(await codeOf(app, { url: '/conversations' })).toBe('token_missing')
  })

  it('[CV73] refuses by the address alone who asks too often, and says when to come back', async () => {
    const { app } = rig()
    app.post('/api/agent/login', () => 'reached')
    const call = { method: 'POST', url: '/api/agent/login', headers: local, remoteAddress: '192.0.2.1' } as const
    const codes: string[] = []
    while (codes.length < 1_000 && codes.at(-1) !== 'rate_limited') codes.push(await codeOf(app, call))
    expect(new Set(codes)).toEqual(new Set(['reached', 'rate_limited']))
    expect(Number((await app.inject(call)).headers['retry-after'])).toBeGreaterThan(0)
    expect(await codeOf(app, { ...call, remoteAddress: '192.0.2.2' })).toBe('reached')
  })

  it('[CV74] remembers the token of a caller that asks too often, and nothing of one who sends none', async () => {
    const { app, options } = rig({ kind: 'refused', code: 'rate_limited', retryAfterSeconds: 7 })
    app.get('/conversations', () => 'reached')
    app.get('/api/agent/counts', () => 'reached')
    expect(await codeOf(app, { url: '/conversations' })).toBe('rate_limited')
    for (const [url, header, token] of [
      ['/conversations', headers.orgToken, 'of a visitor'],
      ['/api/agent/counts', headers.agentToken, 'of an agent'],
    ] as const) {
      expect(options.admission.takeToken(token)).toBe(0)
      expect(await codeOf(app, { url, headers: { [header]: token } })).toBe('rate_limited')
      expect(options.admission.takeToken(token)).toBe(7)
    }
  })
})

describe('the guard of the login cookie', () => {
  const url = '/api/agent/session'
  const withSession = () => {
    const { app } = rig()
    app.get(url, (request) => sessionOf(request))
    return app
  }

  it('[CV75] hands on the session of a cookie, and the cookie that the login library renews', async () => {
    const app = withSession()
    const answer = await app.inject({ url, headers: { ...local, cookie: 'session=right' } })
    expect(answer.json()).toEqual({ ...session, startedAt: startedAt.toISOString() })
    expect(answer.headers['set-cookie']).toBe('session=newer')
  })

  it.each([
    ['without a cookie', {}, 'login_required'],
    ['with a cookie of no session', { cookie: 'session=wrong' }, 'login_required'],
    ['from another site', { cookie: 'session=right', origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['where the password could be read on its way', { cookie: 'session=right', host: 'a.example' }, 'login_insecure'],
  ])('[CV76] lets nobody in %s', async (_, sent, code) => {
    expect(await codeOf(withSession(), { url, headers: sent })).toBe(code)
  })
})

describe('a handler', () => {
  it('[CV78] is given the caller whom its route asks for', async () => {
    const org = orgLike('a')
    const { app } = rig({ kind: 'granted', principal: { kind: 'public', org } })
    app.get('/api/bootloader', (request) => publicOf(request).org)
    expect((await app.inject({ url: '/api/bootloader', headers: local })).json()).toEqual(org)
  })

  it.each([
    ['public', publicOf],
    ['visitor', visitorOf],
    ['agent', agentOf],
    ['session', sessionOf],
  ])('[CV77] for %s is given no caller of another kind', async (_, find) => {
    const { app } = rig()
    app.get('/healthz', (request) => ({ found: find(request) }))
    const answer = await app.inject('/healthz')
    expect([answer.statusCode, answer.body.includes('found')]).toEqual([500, false])
  })

  it('[CV79] asks again, by what each route asks, who sends a body that has come slowly', async () => {
    const { app, clock } = rig()
    app.addHook('preParsing', () => clock.advance(2_000))
    for (const url of ['/api/agent/login', '/api/agent/logout']) app.post(url, () => 'reached')
    expect(await codeOf(app, { method: 'POST', url: '/api/agent/login' })).toBe('reached')
    expect(await codeOf(app, { method: 'POST', url: '/nowhere' })).toBe('not_found')
    const logout = { method: 'POST', url: '/api/agent/logout', headers: { cookie: 'session=right' } } as const
    expect(await codeOf(app, logout)).toBe('reached')
  })
})
