import { createHmac } from 'node:crypto'
import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { expect, it } from 'vitest'
import { openTestRing } from '../../tests/key-rings.ts'
import { issueAgentToken } from './agent-token.ts'
import type { KeyRing } from './key-ring.ts'
import { issueOrgToken, verifyOrgToken } from './org-token.ts'
import { VerifiedTokens } from './verified-tokens.ts'

const mutants = 100_000
const seed = 'org-token-1'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('')

type Mutate = (token: string, random: SimRandom) => string

const split = (token: string) => token.split('.') as [string, string, string]
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

function withHeader(token: string, change: object): string {
  const [header, payload, mac] = split(token)
  return [encode({ ...decode(header), ...change }), payload, mac].join('.')
}

function createMutations(ring: KeyRing, tokens: readonly string[]): readonly Mutate[] {
  const agentKey = ring.signingKey('agent-token').key
  const sign = (key: Parameters<typeof createHmac>[1], signed: string) =>
    `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  return [
    function flipBit(token, random) {
      const bytes = Buffer.from(token)
      const index = random.whole(0, bytes.length - 1)
      bytes[index] = (bytes[index] ?? 0) ^ (1 << random.whole(0, 7))
      return bytes.toString('latin1')
    },
    function flipDecodedBit(token, random) {
      const parts = split(token)
      const index = random.whole(0, 2)
      const bytes = Buffer.from(parts[index] ?? '', 'base64url')
      const byte = random.whole(0, bytes.length - 1)
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << random.whole(0, 7))
      return parts.map((part, at) => (at === index ? bytes.toString('base64url') : part)).join('.')
    },
    function respellEnd(token, random) {
      const parts = split(token)
      const index = random.whole(0, 2)
      return parts.map((part, at) => (at === index ? part.slice(0, -1) + random.pick(alphabet) : part)).join('.')
    },
    function insert(token, random) {
      const index = random.whole(0, token.length)
      return (
        token.slice(0, index) +
        random.pick([...alphabet, '=', '.', ' ', '\n', '\0', '+', '/', 'é', '\ud800']) +
        token.slice(index)
      )
    },
    function remove(token, random) {
      const index = random.whole(0, token.length - 1)
      return token.slice(0, index) + token.slice(index + random.whole(1, 40))
    },
    function pad(token, random) {
      return token + '='.repeat(random.whole(1, 3))
    },
    function swapParts(token, random) {
      return [random.whole(0, 2), random.whole(0, 2), random.whole(0, 2)].map((index) => split(token)[index]).join('.')
    },
    function mixTokens(token, random) {
      const others = [0, 1, 2].map((index) => split(random.pick(tokens))[index])
      const index = random.whole(0, 2)
      return split(token)
        .map((part, at) => (at === index ? others[at] : part))
        .join('.')
    },
    function otherAlgorithm(token, random) {
      const alg = random.pick(['none', 'None', 'HS384', 'HS512', 'RS256', 'ES256', 'hs256', '', null])
      const [header, payload] = split(withHeader(token, { alg }))
      return random.isHit(0.5) ? `${header}.${payload}.` : withHeader(token, { alg })
    },
    function otherType(token, random) {
      return withHeader(token, { typ: random.pick(['JWT', 'AgentToken', 'orgtoken', '', null]) })
    },
    function otherKid(token, random) {
      return withHeader(token, { kid: random.pick(['', '0', '../../dev/null', 'current', "' OR 1=1", null, {}]) })
    },
    function otherClaims(token, random) {
      const [header, payload, mac] = split(token)
      const change = random.pick([
        { orgId: 'org_b' },
        { exp: 9e9 },
        { vid: 'p_other' },
        { orgKey: 'key_b' },
        { iat: 0 },
      ])
      return [header, encode({ ...decode(payload), ...change }), mac].join('.')
    },
    function otherKey(token, random) {
      const [header, payload] = split(token)
      return sign(
        random.pick([Buffer.from(random.bytes(32)), Buffer.alloc(0), Buffer.from(ring.visitorKey)]),
        `${header}.${payload}`,
      )
    },
    function agentKeyed(token) {
      const [header, payload] = split(token)
      return sign(agentKey, `${header}.${payload}`)
    },
    function lengthen(token, random) {
      const [header, payload, mac] = split(token)
      const more = random.pick(alphabet).repeat(random.whole(1, 9_000))
      return random
        .pick([
          [header + more, payload, mac],
          [header, payload + more, mac],
          [header, payload, mac + more],
        ])
        .join('.')
    },
    function noise(_token, random) {
      return Buffer.from(random.bytes(random.whole(0, 300))).toString(
        random.pick(['latin1', 'base64url', 'utf8', 'hex'] as const),
      )
    },
  ]
}

it(`[OTK13] accepts none of 100,000 mutated tokens and throws at none (seed ${seed})`, () => {
  const clock = new SimClock()
  const ring = openTestRing(clock, `${seed}/ring`)
  const random = new SimRandom(seed)
  const mint = { nowMs: clock.nowMs(), lifetimeSeconds: 300, validFromMs: 0 }
  const tokens = Array.from({ length: 8 }, (_, index) =>
    issueOrgToken(ring, {
      orgId: `org_${String(index)}` as OrgId,
      orgKey: `key_${String(index)}`,
      visitorId: index % 2 === 0 ? undefined : (`p_${String(index)}` as PublicVisitorId),
      ...mint,
    }),
  )
  const genuine = new Set(tokens)
  const material = [
    ...tokens,
    issueAgentToken(ring, { orgId: 'org_0' as OrgId, userId: 'u', sessionId: 's', role: 'admin', ...mint }),
  ]
  const mutations = createMutations(ring, material)
  const rules = { nowMs: mint.nowMs, lifetimeSeconds: 300 }
  // The genuine ones are known already: nothing may pass for one of them.
  const verified = new VerifiedTokens()
  for (const token of tokens) verifyOrgToken(ring, token, rules, verified)
  const accepted: string[] = []
  let count = 0
  while (count < mutants) {
    let mutant = random.pick(tokens)
    const depth = random.whole(1, 2)
    // A second change may meet a token that the first has torn apart: then there is nothing left to change that way.
    for (let step = 0; step < depth; step += 1) {
      if (step === 0 || mutant.split('.').length !== 3) mutant = random.pick(mutations)(random.pick(tokens), random)
      else mutant = mutations[random.whole(0, 5)]?.(mutant, random) ?? mutant
    }
    if (genuine.has(mutant)) continue
    count += 1
    if (verifyOrgToken(ring, mutant, rules, verified).kind === 'valid') accepted.push(mutant)
  }
  expect(accepted).toEqual([])
  for (const token of tokens) expect(verifyOrgToken(ring, token, rules).kind).toBe('valid')
})
