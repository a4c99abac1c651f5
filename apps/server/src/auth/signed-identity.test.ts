import type { OrgId, VisitorId } from '@helvino/protocol'
import { SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { signIdentity } from '../../tests/sign-identity.ts'
import { verifyIdentity } from './signed-identity.ts'
import { createIdentifySubject, createIdentifyVisitor, identifiedBy } from './visitor.ts'

const secret = 'a secret of the site, of a good length'
const nowSeconds = 1_800_000_000
const claims = { sub: 'user 7', exp: nowSeconds + 3_600, iat: nowSeconds, name: 'Ada', email: 'ada@site.example' }
const verify = (token: string, secrets: readonly string[] = [secret]) =>
  verifyIdentity(token, secrets, nowSeconds * 1_000)

describe('a signed identity', () => {
  it('[ID1] that the site has signed names its user', () => {
    const { name, email } = claims
    expect(verify(signIdentity(secret, claims))).toEqual({ kind: 'valid', subject: 'user 7', claims: { name, email } })
    const plain = { sub: 'x', exp: nowSeconds + 0.5 }
    expect(verify(signIdentity(secret, plain, { alg: 'HS256', kid: 'k' }), ['newer', secret]).kind).toBe('valid')
  })

  it('[ID2] that is forged, respelt, of another kind or without a secret is refused', () => {
    const token = signIdentity(secret, claims)
    const [header, payload, mac] = token.split('.')
    const odd = [
      ...['', '.', 'a.b.c', `${token}.x`, `${header}.${payload}.`, `${header}.${payload}=.${mac}`, 'x'.repeat(5_000)],
      ...[`${token} `, signIdentity('another', claims), signIdentity('', claims)],
      ...[{ alg: 'none' }, { alg: 'HS512' }, { alg: 'HS256', typ: 'OrgToken' }, { alg: 'HS256', crit: ['x'] }].map(
        (header) => signIdentity(secret, claims, header),
      ),
    ]
    for (const one of odd) expect(verify(one).kind, one).toBe('refused')
    expect(verify(token, []).kind).toBe('refused')
  })

  it('[ID3] that has expired, comes from the future, lives too long or names nobody is refused, and says why', () => {
    const refused = [
      [{ ...claims, exp: nowSeconds }, /expired/],
      [{ ...claims, exp: undefined }, /"exp" is required/],
      [{ ...claims, exp: nowSeconds + 86_400 + 61 }, /24 hours/],
      [{ ...claims, iat: nowSeconds + 61 }, /"iat"/],
      [{ ...claims, nbf: 'soon' }, /"nbf"/],
      [{ ...claims, sub: '' }, /"sub"/],
      [{ ...claims, sub: 7 }, /"sub"/],
      [{ ...claims, sub: 'x'.repeat(201) }, /"sub"/],
      [{ ...claims, name: 7 }, /"name"/],
    ] as const
    for (const [odd, why] of refused) {
      const answer = verify(signIdentity(secret, odd))
      expect(answer.kind === 'refused' && answer.hint).toMatch(why)
    }
  })

  it('[ID4] is never the visitor of a device, nor the same user in another organisation', () => {
    const key = new SimRandom('subject').bytes(32)
    const ofSubject = createIdentifySubject(key)
    const text = 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b'
    const one = ofSubject('org_a' as OrgId, text)
    expect(one).toEqual(ofSubject('org_a' as OrgId, text))
    expect(one.visitorId).toMatch(/^u_[\w-]{22}$/)
    const device = createIdentifyVisitor(key)('org_a' as OrgId, text as VisitorId)
    expect(one.visitorId.slice(2)).not.toBe(device.visitorId.slice(2))
    expect(ofSubject('org_b' as OrgId, text).visitorId).not.toBe(one.visitorId)
    expect(identifiedBy(one.visitorId)).toEqual(one)
    expect(identifiedBy(device.visitorId)).toBeUndefined()
  })
})
