import { createHmac } from 'node:crypto'
import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestRing } from '../../tests/key-rings.ts'
import { issueAgentToken, verifyAgentToken } from './agent-token.ts'
import type { KeyPurpose, KeyRing } from './key-ring.ts'
import { issueOrgToken, verifyOrgToken } from './org-token.ts'
import { signToken } from './signed-token.ts'

const claims = { orgId: 'org_a' as OrgId, orgKey: 'key_a', visitorId: 'p_visitor' as PublicVisitorId }
const agentClaims = { orgId: 'org_a' as OrgId, userId: 'u1', sessionId: 's1', role: 'agent' } as const
const lifetimeSeconds = 300

describe('org token', () => {
  let clock: SimClock
  let ring: KeyRing
  let mint: { nowMs: number; lifetimeSeconds: number; validFromMs: number }
  let nowSeconds: number

  beforeEach(() => {
    clock = new SimClock()
    ring = openTestRing(clock)
    mint = { nowMs: clock.nowMs(), lifetimeSeconds, validFromMs: 0 }
    nowSeconds = Math.floor(mint.nowMs / 1_000)
  })

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const at = (nowMs: number) => ({ nowMs, lifetimeSeconds })
  const codeOf = (token: string | undefined, nowMs = mint.nowMs) => {
    const result = verifyOrgToken(ring, token, at(nowMs))
    return result.kind === 'refused' ? result.code : 'valid'
  }

  /** A token with any header and payload, signed as it should be by our own key. */
  function forge(parts: { header?: unknown; payload?: object; purpose?: KeyPurpose }): string {
    const { key, kid } = ring.signingKey(parts.purpose ?? 'org-token')
    const header = encode(parts.header ?? { alg: 'HS256', typ: 'OrgToken', kid })
    const usual = {
      orgId: 'org_a',
      orgKey: 'key_a',
      vid: 'p_visitor',
      iat: nowSeconds,
      exp: nowSeconds + lifetimeSeconds,
    }
    const signed = `${header}.${encode({ ...usual, ...parts.payload })}`
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  }

  it.each([
    ['no organisation', { orgId: undefined }],
    ['no agent', { sub: '' }],
    ['no login', { sid: 7 }],
    ['a role that there is not', { role: 'god' }],
    ['no role', { role: undefined }],
  ])("[CV46] refuses an agent's token that we have signed for %s", (_name, claim) => {
    const sign = (more: object) => {
      const all = { orgId: 'org_a', sub: 'u1', sid: 's1', role: 'agent', ...more }
      return signToken(ring, 'agent-token', all, mint)
    }
    const verify = (token: string) => verifyAgentToken(ring, token, at(mint.nowMs))
    expect(verify(sign({}))).toMatchObject({ kind: 'valid', claims: agentClaims })
    expect(verify(sign(claim))).toEqual({ kind: 'refused', code: 'token_invalid' })
  })

  it('[OTK1] verifies what was issued, and names org, visitor and times', () => {
    const token = issueOrgToken(ring, { ...claims, ...mint })
    expect(verifyOrgToken(ring, token, at(mint.nowMs))).toEqual({
      kind: 'valid',
      claims: { ...claims, issuedAtMs: nowSeconds * 1_000, expiresAtMs: (nowSeconds + 300) * 1_000 },
    })
    const unbound = verifyOrgToken(
      ring,
      issueOrgToken(ring, { ...claims, visitorId: undefined, ...mint }),
      at(mint.nowMs),
    )
    expect(unbound).toMatchObject({ kind: 'valid', claims: { visitorId: undefined } })
  })

  it("[OTK2] is a compact JWS whose header and payload are exactly the contract's", () => {
    const [header = '', payload = ''] = issueOrgToken(ring, { ...claims, ...mint }).split('.')
    const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'OrgToken', kid: ring.signingKey('org-token').kid })
    expect(decode(payload)).toEqual({
      orgId: 'org_a',
      orgKey: 'key_a',
      vid: 'p_visitor',
      iat: nowSeconds,
      exp: nowSeconds + 300,
    })
  })

  it('[OTK3] is expired from the very second of exp on, not before', () => {
    const token = forge({})
    expect(codeOf(token, (nowSeconds + 300) * 1_000 - 1)).toBe('valid')
    expect(codeOf(token, (nowSeconds + 300) * 1_000)).toBe('token_expired')
  })

  it('[OTK4] tells missing, expired and invalid apart', () => {
    expect(codeOf(undefined)).toBe('token_missing')
    expect(codeOf('')).toBe('token_missing')
    expect(codeOf('x')).toBe('token_invalid')
    expect(codeOf(forge({}), mint.nowMs + 400_000)).toBe('token_expired')
  })

  it('[OTK5] refuses a life longer than it is set to issue, though we signed it', () => {
    expect(codeOf(forge({ payload: { exp: nowSeconds + 300 } }))).toBe('valid')
    expect(codeOf(forge({ payload: { exp: nowSeconds + 301 } }))).toBe('token_invalid')
    const long = issueOrgToken(ring, { ...claims, ...mint, lifetimeSeconds: 600 })
    expect(codeOf(long)).toBe('token_invalid')
  })

  it('[OTK6] takes a clock that is 60 s ahead, and no more', () => {
    expect(codeOf(forge({ payload: { iat: nowSeconds + 60, exp: nowSeconds + 360 } }))).toBe('valid')
    expect(codeOf(forge({ payload: { iat: nowSeconds + 62, exp: nowSeconds + 362 } }))).toBe('token_invalid')
  })

  it.each([
    ['alg none', { alg: 'none', typ: 'OrgToken' }],
    ['another alg', { alg: 'HS512', typ: 'OrgToken' }],
    ['another typ', { alg: 'HS256', typ: 'JWT' }],
    ["the agent's typ", { alg: 'HS256', typ: 'AgentToken' }],
    ['no typ', { alg: 'HS256' }],
    ['one field more', { alg: 'HS256', typ: 'OrgToken', jwk: { kty: 'oct', k: '' } }],
    ['crit', { alg: 'HS256', typ: 'OrgToken', crit: ['exp'] }],
  ])('[OTK7] refuses %s in the header, though we signed it', (_name, header) => {
    expect(codeOf(forge({ header: { ...header, kid: ring.signingKey('org-token').kid } }))).toBe('token_invalid')
  })

  it('[OTK7] refuses an unknown kid, a missing one and another spelling of the same header', () => {
    const { kid } = ring.signingKey('org-token')
    expect(codeOf(forge({ header: { alg: 'HS256', typ: 'OrgToken', kid: 'other' } }))).toBe('token_invalid')
    expect(codeOf(forge({ header: { alg: 'HS256', typ: 'OrgToken' } }))).toBe('token_invalid')
    expect(codeOf(forge({ header: { typ: 'OrgToken', alg: 'HS256', kid } }))).toBe('token_invalid')
  })

  it.each([
    { orgId: 7 },
    { orgId: '' },
    { orgKey: undefined },
    { vid: null },
    { vid: '' },
    { iat: '1' },
    { exp: null },
    { exp: 1e300 },
    { iat: 0.5 },
  ])('[OTK8] refuses claims of a wrong type: %j', (payload) => {
    expect(codeOf(forge({ payload }))).toBe('token_invalid')
  })

  it('[OTK9] refuses every other spelling of a valid token', () => {
    const token = forge({})
    const [header = '', payload = '', mac = ''] = token.split('.')
    const lastChar = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // 32 bytes leave two bits of the last of 43 characters unused: three other characters decode to the same bytes.
    const respelt = lastChar[lastChar.indexOf(mac.slice(-1)) ^ 1] ?? ''
    const others = [
      `${header}.${payload}.${mac.slice(0, -1)}${respelt}`,
      `${token}=`,
      `${token}.`,
      `${token}.x`,
      `.${token}`,
      ` ${token}`,
      `${token}\n`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}..${mac}`,
      `${header}=.${payload}.${mac}`,
      `${header}.${payload}.${Buffer.from(mac).toString('base64url')}`,
      token.replaceAll('-', '+').replaceAll('_', '/').replace(/$/, '='),
      forge({ payload: { more: 'x'.repeat(4_096) } }),
    ]
    expect(Buffer.from(`${mac.slice(0, -1)}${respelt}`, 'base64url').equals(Buffer.from(mac, 'base64url'))).toBe(true)
    for (const other of others) expect(codeOf(other), other).toBe('token_invalid')
  })

  it('[OTK10] does not take an agent token for an org token, nor the other way round', () => {
    const agentToken = issueAgentToken(ring, { ...agentClaims, ...mint })
    expect(codeOf(agentToken)).toBe('token_invalid')
    expect(verifyAgentToken(ring, forge({}), at(mint.nowMs))).toEqual({ kind: 'refused', code: 'token_invalid' })
    expect(codeOf(forge({ purpose: 'agent-token' }))).toBe('token_invalid')
    expect(verifyAgentToken(ring, agentToken, at(mint.nowMs))).toMatchObject({ kind: 'valid', claims: agentClaims })
  })

  it('[OTK11] verifies with the key before, after a rotation (S07)', () => {
    const before = issueOrgToken(ring, { ...claims, ...mint })
    ring.rotate()
    expect(codeOf(before)).toBe('valid')
    expect(codeOf(issueOrgToken(ring, { ...claims, ...mint }))).toBe('valid')
    ring = openTestRing(clock, 'another ring')
    expect(codeOf(before)).toBe('token_invalid')
  })

  it('[OTK12] issues no token before the instant from which tokens count', () => {
    const validFromMs = nowSeconds * 1_000 + 400
    const verified = verifyOrgToken(ring, issueOrgToken(ring, { ...claims, ...mint, validFromMs }), at(mint.nowMs))
    if (verified.kind !== 'valid') throw new Error(verified.code)
    expect(verified.claims.issuedAtMs).toBeGreaterThanOrEqual(validFromMs)
    expect(verified.claims.expiresAtMs - verified.claims.issuedAtMs).toBe(300_000)
  })
})
