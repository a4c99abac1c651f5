import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../tests/test-folder.ts'
import { openKeyRing } from './key-ring.ts'
import { issueOrgToken, verifyOrgToken } from './org-token.ts'
import { VerifiedTokens } from './verified-tokens.ts'

function setUp() {
  const clock = new SimClock()
  const folder = testFolder()
  const problems: string[] = []
  const parts = { pinned: undefined, clock, random: new SimRandom('ring') }
  const opening = openKeyRing({ ...parts, folder, onProblem: (message) => problems.push(message) })
  if (opening.kind !== 'ok') throw new Error(opening.message)
  const ring = opening.keyRing
  const verified = new VerifiedTokens()
  const issue = (orgKey = 'key_a') =>
    issueOrgToken(ring, {
      ...{ orgId: 'org_a' as OrgId, orgKey, visitorId: undefined },
      ...{ nowMs: clock.nowMs(), lifetimeSeconds: 300, validFromMs: 0 },
    })
  const verify = (token: string) => {
    const result = verifyOrgToken(ring, token, { nowMs: clock.nowMs(), lifetimeSeconds: 300 }, verified)
    return result.kind === 'valid' ? 'valid' : result.code
  }
  return { clock, ring, verified, issue, verify, path: join(folder, 'keys.json') }
}

describe('tokens that were verified before', () => {
  it('[OTK14] are refused within a second of their key being taken out of the file, and taken while it only retires', async () => {
    const { clock, ring, issue, verify, path } = setUp()
    const token = issue()
    expect(verify(token)).toBe('valid')
    ring.rotate()
    expect(verify(token)).toBe('valid')
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { signingKeys: unknown[] }
    writeFileSync(path, JSON.stringify({ ...stored, signingKeys: stored.signingKeys.slice(0, 1) }))
    await clock.advance(1_000)
    expect(verify(token)).toBe('token_invalid')
    expect(verify(issue())).toBe('valid')
  })

  it('[CV45] are claims: what we have signed without being any is refused, and not remembered', () => {
    const { ring, verified, verify } = setUp()
    const { headerPart, key } = ring.signingKey('org-token')
    const signed = `${headerPart}.${Buffer.from('"a text"').toString('base64url')}`
    const token = `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
    expect([verify(token), verify(token)]).toEqual(['token_invalid', 'token_invalid'])
    expect(verified.find(ring, 'org-token', token)).toBeUndefined()
  })

  it('[OTK15] are at most 5,000: of one more the oldest is verified anew', () => {
    const { ring, verified, issue, verify } = setUp()
    const tokens = Array.from({ length: 5_001 }, (_, index) => issue(`key_${String(index)}`))
    for (const token of tokens) expect(verify(token)).toBe('valid')
    const isKnown = (token: string | undefined) => verified.find(ring, 'org-token', token ?? '') !== undefined
    expect([0, 1, 5_000].map((index) => isKnown(tokens[index]))).toEqual([false, true, true])
    expect(verify(tokens[0] ?? '')).toBe('valid')
  })
})
