import { describe, expect, it } from 'vitest'
import { readConfig, settings } from './config.ts'

const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url')

function configOf(env: Record<string, string>) {
  const reading = readConfig(env)
  if (reading.kind !== 'ok') throw new Error(reading.message)
  return reading.config
}

const problemOf = (env: Record<string, string>) => {
  const reading = readConfig(env)
  return reading.kind === 'invalid' ? reading.message : undefined
}

describe('config', () => {
  it('[CFG1] takes the documented default where a variable is unset or empty', () => {
    const defaults = {
      port: 4_000,
      host: '127.0.0.1',
      dataFolder: './data',
      databaseUrl: undefined,
      publicUrl: undefined,
      orgTokenLifetimeSeconds: 300,
      orgTokenSecrets: undefined,
      trustedProxies: 0,
      rateLimitScale: 1,
      demo: true,
      metrics: { kind: 'local' },
      logLevel: 'info',
    }
    expect(configOf({})).toEqual(defaults)
    expect(configOf(Object.fromEntries(Object.values(settings).map(({ name }) => [name, ' '])))).toEqual(defaults)
  })

  it('[CFG2] takes values within their range', () => {
    const env = {
      PORT: '0',
      HOST: '0.0.0.0',
      HELVINO_DATA_DIR: '/srv/helvino',
      PUBLIC_URL: 'https://chat.example.com/',
      ORG_TOKEN_LIFETIME_SECONDS: '600',
      ORG_TOKEN_SECRETS: `b:${secret}, a:${secret}`,
      TRUSTED_PROXIES: '2',
      RATE_LIMIT_SCALE: '0',
      HELVINO_DEMO: '1',
      METRICS_KEY: secret,
      LOG_LEVEL: 'warn',
    }
    expect(configOf(env)).toEqual({
      port: 0,
      host: '0.0.0.0',
      dataFolder: '/srv/helvino',
      publicUrl: 'https://chat.example.com',
      orgTokenLifetimeSeconds: 600,
      orgTokenSecrets: ['b', 'a'].map((kid) => ({ kid, secret: Buffer.from(secret, 'base64url') })),
      trustedProxies: 2,
      rateLimitScale: 0,
      demo: true,
      metrics: { kind: 'key', key: secret },
      logLevel: 'warn',
    })
  })

  it.each([
    { PORT: '65536' },
    { PORT: '-1' },
    { PORT: '80x' },
    { PORT: '1e3' },
    { HOST: 'http://localhost' },
    { HOST: 'a b' },
    { PUBLIC_URL: 'chat.example.com' },
    { PUBLIC_URL: 'https://chat.example.com/path' },
    { PUBLIC_URL: 'ftp://chat.example.com' },
    { ORG_TOKEN_LIFETIME_SECONDS: '4' },
    { ORG_TOKEN_LIFETIME_SECONDS: '601' },
    { ORG_TOKEN_LIFETIME_SECONDS: '5.5' },
    { TRUSTED_PROXIES: '10' },
    { TRUSTED_PROXIES: '10.0.0.0/8' },
    { RATE_LIMIT_SCALE: '0.5' },
    { HELVINO_DEMO: 'maybe' },
    { LOG_LEVEL: 'loud' },
  ])('[CFG3] names variable, value and what is allowed for %j', (env) => {
    const [name, value] = Object.entries(env)[0] ?? []
    const setting = Object.values(settings).find((each) => each.name === name)
    expect(problemOf(env)).toBe(`${String(name)} must be ${String(setting?.allowed)}; ${JSON.stringify(value)} is not.`)
  })

  it.each([
    ['a short secret', `a:${secret.slice(0, 42)}`],
    ['a weak secret', `a:${Buffer.alloc(32, 7).toString('base64url')}`],
    ['a repeated word', `a:${Buffer.from('password'.repeat(5)).toString('base64url')}`],
    ['base64 with padding', `a:${secret}=`],
    ['no kid', secret],
    ['an empty list entry', `a:${secret},`],
    ['a kid that comes twice', `a:${secret},a:${secret}`],
  ])('[CFG4] refuses %s as signing key, and does not repeat it', (_name, value) => {
    const message = problemOf({ ORG_TOKEN_SECRETS: value }) ?? ''
    expect(message).toMatch(/^ORG_TOKEN_SECRETS must be .*at least 32 random bytes/)
    expect(message).not.toContain(value.slice(2, 30))
  })

  it.each([
    ['DATABASE_URL', 'the address of a PostgreSQL database, such as '],
    ['REDIS_URL', 'unset, since this version '],
  ])('[CFG5] stops at a %s that it cannot use, and does not repeat its password', (name, allowed) => {
    for (const value of ['scheme://user:hunter2@host/db', 'postgres://user:hunter2@host', 'user:hunter2@host/db']) {
      const message = problemOf({ [name]: value }) ?? ''
      expect(message).toContain(`${name} must be ${allowed}`)
      expect(message).not.toContain('hunter2')
    }
  })

  it('[CFG8] takes the address of a PostgreSQL database as it is', () => {
    for (const value of ['postgres://user:hunter2@host:5432/db', 'postgresql:///db?host=/var/run/postgresql'])
      expect(configOf({ DATABASE_URL: value }).databaseUrl).toBe(value)
    expect(configOf({}).databaseUrl).toBeUndefined()
  })

  it.each([
    [{}, true],
    [{ HOST: 'localhost' }, true],
    [{ HOST: '::1' }, true],
    [{ HOST: '0.0.0.0' }, false],
    [{ HOST: '127.0.0.1.example.com' }, false],
    [{ PUBLIC_URL: 'https://chat.example.com' }, false],
    [{ HOST: '0.0.0.0', HELVINO_DEMO: 'on' }, true],
    [{ HELVINO_DEMO: 'off' }, false],
  ])('[CFG6] has the demo on by default only while nobody else can reach it: %j', (env, demo) => {
    expect(configOf(env).demo).toBe(demo)
  })

  it('[CFG7] cuts a long wrong value in its message', () => {
    expect(problemOf({ LOG_LEVEL: 'x'.repeat(10_000) })?.length).toBeLessThan(300)
  })
})
