import type { OrgId, VisitorId } from '@helvino/protocol'
import { SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createFindPublicId } from './known-visitors.ts'
import { createIdentifyVisitor } from './visitor.ts'

const org = 'org_a' as OrgId
const secret = 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId
const random = new SimRandom('visitor')
const identify = createIdentifyVisitor(random.bytes(32))

describe('visitor', () => {
  it('[VIS1] gives the same visitor the same identity, with no lookup', () => {
    expect(identify(org, secret)).toEqual(identify(org, secret))
    expect(identify(org, secret).visitorId).toMatch(/^p_[\w-]{22}$/)
  })

  it('[VIS2] shows neither the secret nor the hash in the public id, nor the secret in the hash', () => {
    const { visitorId, visitorHash } = identify(org, secret)
    const bytes = Buffer.from(visitorHash, 'base64url')
    expect(bytes.includes(Buffer.from(visitorId.slice(2), 'base64url'))).toBe(false)
    expect(visitorHash + visitorId).not.toContain(secret.slice(2, 10))
  })

  it('[VIS3] gives other identities in another organisation, for another secret and under another key', () => {
    const other = createIdentifyVisitor(random.bytes(32))
    const all = [
      identify(org, secret),
      identify('org_b' as OrgId, secret),
      identify(org, 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6c' as VisitorId),
      other(org, secret),
    ]
    expect(new Set(all.map(({ visitorId }) => visitorId)).size).toBe(4)
    expect(new Set(all.map(({ visitorHash }) => visitorHash)).size).toBe(4)
  })

  it('[VIS4] does not take a public id for the secret: identified again, it is somebody else', () => {
    const { visitorId } = identify(org, secret)
    expect(identify(org, visitorId as unknown as VisitorId).visitorId).not.toBe(visitorId)
  })

  it('[VIS5] has the same public id each time it comes, its own in each organisation, computed anew only after 5,000 others', () => {
    let computed = 0
    const find = createFindPublicId((...visitor) => {
      computed += 1
      return identify(...visitor)
    })
    const secretOf = (index: number) => `v_${String(index).padStart(8, '0')}-0000-4000-8000-000000000000` as VisitorId
    const check = (index: number, of = org) => {
      expect(find(of, secretOf(index))).toBe(identify(of, secretOf(index)).visitorId)
    }
    for (const index of [0, 0]) check(index)
    for (let index = 1; index < 5_000; index += 1) find(org, secretOf(index))
    for (const index of [0, 1, 4_999]) check(index)
    expect(computed).toBe(5_000)
    check(1, 'org_b' as OrgId)
    for (const index of [1, 0]) check(index)
    expect(computed).toBe(5_002)
  })
})
