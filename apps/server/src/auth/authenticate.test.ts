import { join } from 'node:path'
import type { AgentRole, OrgId, VisitorId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestRing } from '../../tests/key-rings.ts'
import { openTestSqlite, storeParts } from '../../tests/sqlite-stores.ts'
import { testFolder } from '../../tests/test-folder.ts'
import type { KnownCaller } from '../admission/admission.ts'
import { orgLike } from '../store/contract-suite.ts'
import type { Org, Store } from '../store/contract.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { issueAgentToken } from './agent-token.ts'
import { type Authenticate, createAuthenticate, createRecheck, type Recheck } from './authenticate.ts'
import type { KeyRing } from './key-ring.ts'
import { issueOrgToken } from './org-token.ts'
import { type Authentication, callerOf, type Credentials, type FindAgentRole } from './principal.ts'
import { createIdentifyVisitor, type IdentifyVisitor } from './visitor.ts'

const secret = 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId
const otherSecret = 'v_00000000-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId
const none: Credentials = {
  orgKey: undefined,
  siteId: undefined,
  orgToken: undefined,
  agentToken: undefined,
  visitorId: undefined,
  origin: undefined,
  fetchSite: undefined,
}
const org = { ...orgLike('a'), allowedOrigins: ['https://shop.example'] }
const ownOrigin = 'https://chat.example.com'

describe('authenticate', () => {
  let clock: SimClock
  let path: string
  let store: Store
  let ring: KeyRing
  let identify: IdentifyVisitor
  let authenticate: Authenticate
  let recheck: Recheck
  /** Who is logged in, and as what, by session. */
  let roles: Map<string, AgentRole>

  /** On the one database: the second is another process's. */
  const openStore = () => createSqliteStore({ ...openTestSqlite(path), ...storeParts(clock) })

  beforeEach(async () => {
    clock = new SimClock()
    path = join(testFolder(), 'helvino.db')
    store = openStore()
    ring = openTestRing(clock)
    identify = createIdentifyVisitor(new SimRandom('visitor').bytes(32))
    roles = new Map([
      ['of an agent', 'agent'],
      ['of an admin', 'admin'],
      ['of an owner', 'owner'],
    ])
    const findAgentRole: FindAgentRole = async ({ sessionId, orgId }) =>
      orgId === org.id ? roles.get(sessionId) : undefined
    const options = {
      store,
      keyRing: ring,
      identifyVisitor: identify,
      clock,
      lifetimeSeconds: 300,
      ownOrigins: () => [ownOrigin],
      findAgentRole,
    }
    authenticate = createAuthenticate(options)
    recheck = createRecheck(options)
    await store.putOrg(org)
    await store.putOrg(orgLike('b'))
  })

  const mint = (validFromMs = 0) => ({ nowMs: clock.nowMs(), lifetimeSeconds: 300, validFromMs })
  const visitorOf = (visitorSecret: VisitorId) => identify(org.id, visitorSecret).visitorId
  const orgToken = (visitorSecret: VisitorId | undefined = secret, of: Org = org) =>
    issueOrgToken(ring, {
      orgId: of.id,
      orgKey: of.key,
      visitorId: visitorSecret && identify(of.id, visitorSecret).visitorId,
      ...mint(),
    })
  const agentToken = (role: AgentRole = 'agent', orgId: OrgId = org.id) =>
    issueAgentToken(ring, { orgId, userId: 'u1', sessionId: `of an ${role}`, role, ...mint() })
  const verdict = (answer: Authentication) => (answer.kind === 'granted' ? answer.principal.kind : answer.code)

  // Writes are stored in order: this one ends after every other.
  const writesSoFar = () => store.putOrg(org)

  const asPublic = async (credentials: Partial<Credentials>) =>
    verdict(await authenticate({ ...none, ...credentials }, 'public'))
  const asVisitor = async (credentials: Partial<Credentials>) =>
    verdict(await authenticate({ ...none, orgToken: orgToken(), ...credentials }, 'visitor'))

  it('[AUT1] knows an org by its site id or its key, the site id first, and no other', async () => {
    expect(await asPublic({ orgKey: org.key })).toBe('public')
    expect(await asPublic({ siteId: org.siteId })).toBe('public')
    const both = await authenticate({ ...none, siteId: 'site_b', orgKey: org.key }, 'public')
    expect(both).toMatchObject({ kind: 'granted', principal: { org: { key: 'key_b' } } })
    expect(await asPublic({ siteId: 'site_x', orgKey: org.key })).toBe('not_found')
    expect(await asPublic({ orgKey: org.siteId })).toBe('not_found')
    expect(await asPublic({ orgKey: org.id })).toBe('not_found')
    expect(await asPublic({})).toBe('not_found')
  })

  it('[AUT2] refuses an origin that the org does not admit, to a public caller and to a visitor', async () => {
    for (const [origin, code] of [
      ['https://shop.example', undefined],
      [ownOrigin, undefined],
      ['https://evil.example', 'origin_not_allowed'],
      ['null', 'origin_not_allowed'],
    ] as const) {
      expect(await asPublic({ orgKey: org.key, origin })).toBe(code ?? 'public')
      expect(await asVisitor({ origin })).toBe(code ?? 'visitor')
    }
    expect(await asVisitor({ fetchSite: 'cross-site' })).toBe('origin_not_allowed')
  })

  it('[AUT3] remembers a refused origin for the owner, and says how to allow it', async () => {
    const answer = await authenticate({ ...none, orgKey: org.key, origin: 'https://new.example' }, 'public')
    expect(verdict(answer)).toBe('origin_not_allowed')
    expect(answer.kind === 'refused' && answer.hint).toContain('https://new.example')
    await asPublic({ orgKey: org.key, origin: 'null' })
    await asPublic({ orgKey: org.key, origin: 'https://NEW.example' })
    await writesSoFar()
    const remembered = await store.ofOrg(org.id).listRefusedOrigins()
    expect(remembered.map(({ origin }) => origin)).toEqual(['https://new.example'])
    expect(await store.ofOrg(orgLike('b').id).listRefusedOrigins()).toEqual([])
  })

  it('[AUT4] writes down at most 20 refused origins of an org in a minute', async () => {
    for (let index = 0; index < 30; index += 1)
      await asPublic({ orgKey: org.key, origin: `https://o${String(index)}.example` })
    await writesSoFar()
    expect(await store.ofOrg(org.id).listRefusedOrigins()).toHaveLength(20)
    await clock.advance(60_000)
    await asPublic({ orgKey: org.key, origin: 'https://later.example' })
    await asPublic({ orgKey: org.key, origin: `https://${'x'.repeat(300)}.example` })
    await writesSoFar()
    expect(await store.ofOrg(org.id).listRefusedOrigins()).toHaveLength(21)
  })

  it('[AUT5] grants a visitor with a token of its org, bound or not', async () => {
    const bound = await authenticate({ ...none, orgToken: orgToken(), visitorId: secret }, 'visitor')
    const issuedAtMs = Math.floor(clock.nowMs() / 1_000) * 1_000
    const expiresAtMs = issuedAtMs + 300_000
    expect(bound).toEqual({
      kind: 'granted',
      principal: { kind: 'visitor', org, visitorId: visitorOf(secret), issuedAtMs, expiresAtMs },
    })
    const unbound = issueOrgToken(ring, { orgId: org.id, orgKey: org.key, visitorId: undefined, ...mint() })
    expect(await authenticate({ ...none, orgToken: unbound, visitorId: secret }, 'visitor')).toMatchObject({
      principal: { visitorId: undefined },
    })
  })

  it('[AUT6] says whether a token is missing, invalid or expired', async () => {
    expect(await asVisitor({ orgToken: undefined })).toBe('token_missing')
    expect(await asVisitor({ orgToken: 'a.b.c' })).toBe('token_invalid')
    const token = orgToken()
    await clock.advance(300_000)
    expect(await asVisitor({ orgToken: token })).toBe('token_expired')
  })

  it.each([
    ["another visitor's secret", { visitorId: otherSecret }],
    ['something that is no secret', { visitorId: 'nobody' }],
    ["the visitor's public id", { visitorId: 'public' }],
    ["another org's key", { orgKey: 'key_b' }],
    ["another org's site id", { siteId: 'site_b' }],
  ])('[AUT7] refuses a token that comes with %s', async (_name, credentials: Partial<Credentials>) => {
    const sent = credentials.visitorId === 'public' ? { visitorId: visitorOf(secret) } : credentials
    expect(await asVisitor(sent)).toBe('token_invalid')
    expect(await asVisitor({ visitorId: secret, orgKey: org.key, siteId: org.siteId })).toBe('visitor')
  })

  it('[AUT8] refuses a token whose org is gone or has another key', async () => {
    expect(await asVisitor({ orgToken: orgToken(secret, orgLike('gone')) })).toBe('token_invalid')
    expect(await asVisitor({ orgToken: orgToken(secret, { ...org, key: 'key_b' }) })).toBe('token_invalid')
  })

  it('[AUT9] acts on a switched-off org with the next request, though the token is valid', async () => {
    const token = orgToken()
    const sent = { orgToken: token, agentToken: agentToken(), orgKey: org.key }
    await store.putOrg({ ...org, enabled: false })
    for (const role of ['public', 'visitor', 'agent'] as const)
      expect(verdict(await authenticate({ ...none, ...sent }, role))).toBe('org_disabled')
  })

  it('[AUT10] refuses tokens from before a sign-out, of that visitor or of the whole org, and takes those from after it', async () => {
    const [before, ofOther, ofAgent] = [orgToken(), orgToken(otherSecret), agentToken()]
    await clock.advance(1_500)
    const validFromMs = clock.nowMs()
    await store.ofOrg(org.id).signOutVisitor(visitorOf(secret), validFromMs)
    expect(await asVisitor({ orgToken: before })).toBe('token_invalid')
    expect(await asVisitor({ orgToken: ofOther })).toBe('visitor')
    const again = issueOrgToken(ring, {
      orgId: org.id,
      orgKey: org.key,
      visitorId: visitorOf(secret),
      ...mint(validFromMs),
    })
    expect(await asVisitor({ orgToken: again })).toBe('visitor')
    await store.putOrg({ ...org, validFromMs })
    expect(await asVisitor({ orgToken: ofOther })).toBe('token_invalid')
    expect(verdict(await authenticate({ ...none, agentToken: ofAgent }, 'agent'))).toBe('token_invalid')
  })

  it('[AUT11] grants an agent with a token of its role; an agent is no admin, an admin no owner', async () => {
    const ask = async (token: string | undefined, role: AgentRole) =>
      verdict(await authenticate({ ...none, agentToken: token }, role))
    expect(await ask(agentToken('agent'), 'agent')).toBe('agent')
    expect(await ask(agentToken('admin'), 'agent')).toBe('agent')
    expect(await ask(agentToken('admin'), 'admin')).toBe('agent')
    expect(await ask(agentToken('agent'), 'admin')).toBe('role_insufficient')
    for (const role of ['agent', 'admin', 'owner'] as const) expect(await ask(agentToken('owner'), role)).toBe('agent')
    for (const role of ['agent', 'admin'] as const)
      expect(await ask(agentToken(role), 'owner')).toBe('role_insufficient')
    expect(await ask(undefined, 'agent')).toBe('token_missing')
    expect(await ask(orgToken(), 'agent')).toBe('token_invalid')
    expect(await ask(agentToken('admin', 'org_gone' as OrgId), 'agent')).toBe('token_invalid')
    const granted = await authenticate({ ...none, agentToken: agentToken('admin') }, 'agent')
    expect(granted).toMatchObject({ principal: { orgId: org.id, userId: 'u1', role: 'admin' } })
  })

  it("[AUT12] takes an agent's token from the server's own pages only", async () => {
    const ask = async (origin: string) =>
      verdict(await authenticate({ ...none, agentToken: agentToken(), origin }, 'agent'))
    expect(await ask(ownOrigin)).toBe('agent')
    expect(await ask('https://shop.example')).toBe('origin_not_allowed')
    expect(await ask('null')).toBe('origin_not_allowed')
  })

  it('[AUT14] refuses an agent’s token whose login has ended, with the next request', async () => {
    const token = agentToken()
    roles.delete('of an agent')
    expect(verdict(await authenticate({ ...none, agentToken: token }, 'agent'))).toBe('token_invalid')
  })

  it('[AUT15] gives an agent the role of the membership, whatever the token says', async () => {
    const token = agentToken('admin')
    roles.set('of an admin', 'agent')
    expect(verdict(await authenticate({ ...none, agentToken: token }, 'admin'))).toBe('role_insufficient')
    expect(await authenticate({ ...none, agentToken: token }, 'agent')).toMatchObject({ principal: { role: 'agent' } })
  })

  it('[AUT16] says of a caller it has let in whether they may go on', async () => {
    const principalOf = async (credentials: Partial<Credentials>, role: 'visitor' | 'agent') => {
      const answer = await authenticate({ ...none, ...credentials }, role)
      if (answer.kind !== 'granted' || answer.principal.kind === 'public') throw new Error(verdict(answer))
      return answer.principal
    }
    const ann = await principalOf({ orgToken: orgToken() }, 'visitor')
    const eve = await principalOf({ orgToken: orgToken(otherSecret) }, 'visitor')
    const agent = await principalOf({ agentToken: agentToken() }, 'agent')
    const all = async () => [await recheck(ann, none), await recheck(eve, none), await recheck(agent, none)]
    expect(await all()).toEqual([undefined, undefined, undefined])
    await clock.advance(1_500)
    await store.ofOrg(org.id).signOutVisitor(visitorOf(secret), clock.nowMs())
    roles.delete('of an agent')
    expect(await all()).toEqual(['token_invalid', undefined, 'token_invalid'])
    roles.set('of an agent', 'agent')
    await store.putOrg({ ...org, enabled: false })
    expect(await all()).toEqual(['token_invalid', 'org_disabled', 'org_disabled'])
    await store.putOrg({ ...org, key: 'another' })
    expect(await recheck(eve, none)).toBe('token_invalid')
  })

  it('[AUT19] says of a page whose origin has been removed that it may not go on', async () => {
    const place = { origin: 'https://shop.example', fetchSite: 'cross-site' }
    const answer = await authenticate({ ...none, orgToken: orgToken(), ...place }, 'visitor')
    if (answer.kind !== 'granted' || answer.principal.kind === 'public') throw new Error(verdict(answer))
    expect(await recheck(answer.principal, place)).toBeUndefined()
    await store.putOrg({ ...org, allowedOrigins: ['https://other.example'] })
    expect(await recheck(answer.principal, place)).toBe('origin_not_allowed')
    expect(await recheck(answer.principal, { origin: ownOrigin, fetchSite: 'same-origin' })).toBeUndefined()
  })

  it('[AUT17] acts within a second on what another process has written: a switch, a sign-out of the visitor or of the org', async () => {
    const theirs = openStore()
    const token = orgToken()
    const within = async () => {
      expect(await asVisitor({ orgToken: token })).toBe('visitor')
      return async () => {
        await clock.advance(999)
        return asVisitor({ orgToken: token })
      }
    }
    await clock.advance(2_000)
    const later = clock.nowMs()
    const aSecondLater = await within()
    await theirs.putOrg({ ...org, enabled: false })
    expect(await aSecondLater()).toBe('org_disabled')
    await theirs.putOrg({ ...org, validFromMs: later })
    await clock.advance(999)
    expect(await asVisitor({ orgToken: token })).toBe('token_invalid')
    await theirs.putOrg(org)
    await clock.advance(999)
    const anotherSecondLater = await within()
    await theirs.ofOrg(org.id).signOutVisitor(visitorOf(secret), later)
    expect(await anotherSecondLater()).toBe('token_invalid')
    expect(await asVisitor({ orgToken: orgToken(otherSecret) })).toBe('visitor')
  })

  it('[AUT18] asks a caller that it knows for everything but the signature again', async () => {
    const token = orgToken()
    expect(await asVisitor({ orgToken: token, visitorId: secret })).toBe('visitor')
    expect(await asVisitor({ orgToken: token, visitorId: otherSecret })).toBe('token_invalid')
    expect(await asVisitor({ orgToken: token, siteId: 'site_b' })).toBe('token_invalid')
    expect(await asVisitor({ orgToken: token, origin: 'https://evil.example' })).toBe('origin_not_allowed')
    expect(await asVisitor({ orgToken: `${token.slice(0, -1)}_` })).toBe('token_invalid')
    await clock.advance(299_000)
    expect(await asVisitor({ orgToken: token })).toBe('visitor')
    await clock.advance(1_000)
    expect(await asVisitor({ orgToken: token })).toBe('token_expired')
  })

  it('[CV40] tells a developer that the chat is switched off in the settings, and nobody that the organisation is', async () => {
    const answer = async () => authenticate({ ...none, orgToken: orgToken() }, 'visitor')
    await store.putOrg({ ...org, config: { ...org.config, widgetEnabled: false } })
    const hint = 'The chat is switched off in the settings of the organisation.'
    expect(await answer()).toMatchObject({ code: 'org_disabled', hint })
    await store.putOrg({ ...org, enabled: false })
    expect(await answer()).not.toHaveProperty('hint')
  })

  it('[CV41] turns away whoever has used up what is admitted, before anything else is asked about them', async () => {
    const sent = { ...none, orgKey: org.key, orgToken: orgToken(), agentToken: agentToken() }
    await store.putOrg({ ...org, enabled: false })
    for (const role of ['public', 'visitor', 'agent', 'admin', 'owner'] as const)
      expect(await authenticate(sent, role, () => 7)).toEqual({
        ...{ kind: 'refused', code: 'rate_limited', retryAfterSeconds: 7 },
      })
  })

  it('[CV42] counts each caller as the one whom it lets in', async () => {
    const sent = { ...none, orgKey: org.key, orgToken: orgToken(), agentToken: agentToken() }
    for (const role of ['public', 'visitor', 'agent'] as const) {
      const counted: KnownCaller[] = []
      const answer = await authenticate(sent, role, (caller) => {
        counted.push(caller)
        return 0
      })
      if (answer.kind !== 'granted') throw new Error(answer.code)
      expect([counted, counted[0]?.orgId, counted[0]?.kind]).toEqual([[callerOf(answer.principal)], org.id, role])
    }
  })

  it('[CV43] knows an org by its present site id and key only, however often it was asked for by an older one', async () => {
    for (const name of [{ siteId: org.siteId }, { orgKey: org.key }])
      for (let count = 0; count < 2; count += 1) expect(await asPublic(name)).toBe('public')
    await store.putOrg({ ...org, siteId: 'site_new', key: 'key_new' })
    expect([await asPublic({ siteId: org.siteId }), await asPublic({ orgKey: org.key })]).toEqual([
      'not_found',
      'not_found',
    ])
    expect([await asPublic({ siteId: 'site_new' }), await asPublic({ orgKey: 'key_new' })]).toEqual([
      'public',
      'public',
    ])
  })

  it('[CV44] says of a caller without a visitor whether they may go on, by the org alone', async () => {
    const unbound = issueOrgToken(ring, { orgId: org.id, orgKey: org.key, visitorId: undefined, ...mint() })
    const answer = await authenticate({ ...none, orgToken: unbound }, 'visitor')
    if (answer.kind !== 'granted' || answer.principal.kind === 'public') throw new Error(verdict(answer))
    await store.ofOrg(org.id).signOutVisitor(visitorOf(secret), clock.nowMs() + 10_000)
    expect(await recheck(answer.principal, none)).toBeUndefined()
    await store.putOrg({ ...org, validFromMs: clock.nowMs() + 10_000 })
    expect(await recheck(answer.principal, none)).toBe('token_invalid')
  })

  it('[AUT13] does not take the token of one role for another', async () => {
    expect(verdict(await authenticate({ ...none, orgToken: agentToken() }, 'visitor'))).toBe('token_invalid')
    expect(verdict(await authenticate({ ...none, agentToken: agentToken() }, 'visitor'))).toBe('token_missing')
  })
})
