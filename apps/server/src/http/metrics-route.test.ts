import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTestLimits } from '../../tests/test-limits.ts'
import { type MetricsAccess, readConfig } from '../config.ts'
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { createHttpServer } from './http-server.ts'
import { addMetricsRoute } from './metrics-route.ts'

const key = 'k'.repeat(31) + '1'

function accessWith(env: Record<string, string>): MetricsAccess {
  const reading = readConfig(env)
  if (reading.kind !== 'ok') throw new Error(reading.message)
  return reading.config.metrics
}

async function serverWith(env: Record<string, string>) {
  const clock = new SimClock()
  const app = createHttpServer({
    authenticate: () => Promise.resolve({ kind: 'refused', code: 'token_missing' }),
    ...{ isUpgrade: () => false, unavailableReason, random: new SimRandom(1), clock, publicUrl: undefined },
    ...{ ownOrigins: () => [], agents: { findSession: () => Promise.resolve({ kind: 'none' }) } },
    ...openTestLimits(clock, new SimRandom(1)),
    log: { level: 'error', clock, stream: { write: () => true } },
  })
  addMetricsRoute(app, new Metrics(), accessWith(env))
  onTestFinished(() => app.close())
  return (headers: Record<string, string> = {}) => app.inject({ url: '/metrics', headers })
}

describe('/metrics', () => {
  it('[MX1] is open while only this machine reaches the server, and only by a name of this machine', async () => {
    const ask = await serverWith({})
    const answer = await ask({ host: 'localhost:4000' })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('version=0.0.4')
    expect((await ask({ host: '127.0.0.1:4000' })).statusCode).toBe(200)
    expect((await ask({ host: 'evil.example:4000' })).statusCode).toBe(404)
  })

  it.each([{ HOST: '0.0.0.0' }, { PUBLIC_URL: 'https://chat.example.com' }])(
    '[MX2] is not there without a key where others may reach the server: %j',
    async (env) => {
      const ask = await serverWith(env)
      expect((await ask({ host: 'localhost' })).statusCode).toBe(404)
      expect((await ask({ authorization: 'Bearer ' })).statusCode).toBe(404)
      expect((await ask({ authorization: 'Bearer undefined' })).statusCode).toBe(404)
    },
  )

  it.each([{}, { HOST: '0.0.0.0' }, { PUBLIC_URL: 'https://chat.example.com' }])(
    '[MX2] opens to the key alone where one is set: %j',
    async (env) => {
      const ask = await serverWith({ ...env, METRICS_KEY: key })
      expect((await ask({ authorization: `Bearer ${key}` })).statusCode).toBe(200)
      for (const authorization of ['', `Bearer ${key}x`, `Bearer ${key.slice(1)}`, `Basic ${key}`, key]) {
        const answer = await ask({ authorization })
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toBe('Bearer')
        expect(answer.json()).toMatchObject({ code: 'metrics_key_invalid' })
      }
    },
  )

  it.each(['short', 'k'.repeat(31), `${'k'.repeat(40)} `.padEnd(44, 'k'), 'k'.repeat(257)])(
    '[MX3] a key that is too short, too long or no bearer token stops the start, and is not repeated: %j',
    (given) => {
      const reading = readConfig({ METRICS_KEY: given })
      expect(reading.kind).toBe('invalid')
      expect(reading.kind === 'invalid' && reading.message).toContain('METRICS_KEY must be')
      expect(reading.kind === 'invalid' && reading.message).not.toContain(given.trim())
    },
  )

  it('[MX6] cannot be read by a page, not even one that a browser on this machine has open', async () => {
    const ask = await serverWith({})
    const answer = await ask({ host: 'localhost', origin: 'https://evil.example' })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})
