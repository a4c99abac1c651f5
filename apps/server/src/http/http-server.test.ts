import type { OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { openTestLimits } from '../../tests/test-limits.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts'
import { createHttpServer } from './http-server.ts'
import { frameTable, routeTable } from './route-table.ts'

const refuseAll: Authenticate = () => Promise.resolve({ kind: 'refused', code: 'token_missing' })

const grantedAgent = {
  kind: 'granted',
  principal: { kind: 'agent', orgId: 'org' as OrgId, userId: 'user', role: 'admin' } as Principal,
} as const

async function createServer(clock = new SimClock(), authenticate = refuseAll) {
  const lines: string[] = []
  const app = createHttpServer({
    authenticate,
    isUpgrade: () => false,
    unavailableReason,
    random: new SimRandom(1),
    agents: { findSession: () => Promise.resolve({ kind: 'none' }) },
    publicUrl: undefined,
    ownOrigins: () => ['http://localhost:4000'],
    clock,
    ...openTestLimits(new SimClock(), new SimRandom(1)),
    log: { level: 'error', clock: new SimClock(), stream: { write: (line) => lines.push(line) } },
  })
  return { app, lines }
}

describe('http server', () => {
  it('[HT22] does not start with a route that has no role', async () => {
    const { app } = await createServer()
    expect(() => app.get('/forgotten', () => 'open to everybody')).toThrow('"GET /forgotten" has no role')
    await app.close()
  })

  it('[HT23] gives every frame at least one role, and lets nothing but hello in before it', () => {
    for (const roles of Object.values(frameTable)) expect(roles.length).toBeGreaterThan(0)
    const open = Object.entries(frameTable).filter(([, roles]) => roles.includes('anyone'))
    expect(open.map(([type]) => type)).toEqual(['hello'])
  })

  it('[HT24] checks the caller of every route that is not for anyone, before the handler runs', async () => {
    const { app } = await createServer()
    const guarded = Object.entries(routeTable).filter(([route, role]) => role !== 'anyone' && !route.includes('*'))
    expect(guarded.length).toBeGreaterThan(10)
    const reached: string[] = []
    for (const [route] of guarded) {
      const [method = '', url = ''] = route.split(' ')
      app.route({
        method,
        url,
        handler: () => {
          reached.push(route)
          return 'reached'
        },
      })
    }
    for (const [route] of guarded) {
      const [method = '', url = ''] = route.split(' ')
      const answer = await app.inject({ method: method as 'GET' | 'POST' | 'PUT', url: url.replace(':id', 'c1') })
      expect(answer.statusCode, route).toBeGreaterThanOrEqual(401)
      expect(answer.statusCode, route).toBeLessThanOrEqual(403)
    }
    expect(reached).toEqual([])
    await app.close()
  })

  it('[HT41] asks again who calls once a body is there that came slowly', async () => {
    const clock = new SimClock()
    let mayStill = true
    const { app } = await createServer(clock, () =>
      Promise.resolve(mayStill ? grantedAgent : { kind: 'refused', code: 'token_invalid' }),
    )
    let bodyTakesMs = 0
    let mayAfter = true
    app.addHook('preParsing', async () => {
      await clock.advance(bodyTakesMs)
      mayStill = mayAfter
    })
    app.post('/api/agent/sessions/end', () => 'reached')
    const statusOf = async () => {
      mayStill = true
      return (await app.inject({ method: 'POST', url: '/api/agent/sessions/end' })).statusCode
    }
    bodyTakesMs = 1_100
    expect(await statusOf()).toBe(200)
    mayAfter = false
    expect(await statusOf()).toBe(401)
    bodyTakesMs = 900
    expect(await statusOf()).toBe(200)
    await app.close()
  })

  it('[HT25] answers a bug with 500 internal, tells the caller nothing of it, and logs it', async () => {
    const { app, lines } = await createServer()
    app.get('/healthz', () => {
      throw new Error('the secret inside')
    })
    const answer = await app.inject('/healthz')
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toEqual({
      error: 'Something went wrong on our side',
      code: 'internal',
      message: 'Something went wrong on our side',
    })
    const line = JSON.parse(lines.find((each) => each.includes('request-failed')) ?? '{}') as object
    expect(line).toMatchObject({ route: '/healthz', reqId: answer.headers['x-request-id'] })
    await app.close()
  })

  it('[LG4] logs what an error is and where it comes from, with its causes, and nothing that a driver has hung on it', async () => {
    const { app, lines } = await createServer()
    app.get('/healthz', () => {
      const row = { detail: 'the row', parameters: ['the row'], query: 'the row', code: 'E7' }
      throw Object.assign(new Error('outer', { cause: Object.assign(new TypeError('inner'), row) }), row)
    })
    await app.inject('/healthz')
    const line = lines.find((each) => each.includes('request-failed')) ?? ''
    expect(line).not.toContain('the row')
    const { err } = JSON.parse(line) as { readonly err: object }
    expect(err).toMatchObject({
      type: 'Error',
      message: 'outer',
      code: 'E7',
      cause: { type: 'TypeError', message: 'inner' },
    })
    await app.close()
  })

  it('[HT26] names whole seconds in Retry-After wherever the code always carries one', async () => {
    const { app } = await createServer()
    const { refuse } = await import('./refuse.ts')
    app.get('/readyz', (_request, reply) => refuse(reply, 'unavailable'))
    app.get('/healthz', (_request, reply) => refuse(reply, 'rate_limited', { retryAfterSeconds: 17 }))
    expect((await app.inject('/readyz')).headers['retry-after']).toMatch(/^\d+$/)
    expect((await app.inject('/healthz')).headers['retry-after']).toBe('17')
    await app.close()
  })
})
