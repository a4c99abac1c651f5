import { defaultWidgetConfig, type OrgId } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import type { AgentTables } from './auth/agent-tables.ts'
import type { Agents } from './auth/agents.ts'
import { keepFact, readFact } from './auth/installation.ts'
import type { Org, Store } from './store/contract.ts'

export const demoOrgKey = 'demo'
/** The login library's address check wants a dot in the domain. */
const adminEmail = 'admin@helvino.local'

// 32 symbols that are not taken for each other, so that one byte gives five bits without bias.
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
const passwordLength = 20

export interface FirstStartOptions {
  readonly store: Store
  readonly agents: Agents
  readonly database: Kysely<AgentTables>
  readonly clock: Clock
  readonly random: Random
  readonly demo: boolean
}

/** What only this start can show. `confirm` is called once it has been shown. */
export interface FirstStart {
  /** `undefined` where somebody has been shown a password before. */
  readonly login: { readonly email: string; readonly password: string } | undefined
  /** Of the organisation that the administrator answers for. */
  readonly orgKey: string
  confirm(): Promise<void>
}

/** 100 random bits, in groups that can be read aloud. */
export function createPassword(random: Random): string {
  const symbols = Array.from(random.bytes(passwordLength), (byte) => alphabet[byte % alphabet.length] ?? '')
  return [0, 5, 10, 15].map((at) => symbols.slice(at, at + 5).join('')).join('-')
}

const createOrg = (id: string, key: string, siteId: string, name: string): Org => ({
  id: id as OrgId,
  key,
  siteId,
  name,
  enabled: true,
  config: defaultWidgetConfig,
  allowedOrigins: [],
  validFromMs: 0,
})

async function put(store: Store, org: Org): Promise<Org> {
  const written = await store.putOrg(org)
  if (written.kind === 'unavailable') throw new Error(`The first organisation could not be stored (${written.reason})`)
  return org
}

/** The demo as the setting wants it: there and on, or off where it is there. Nothing of it is lost while it is off. */
async function switchDemo({ store, demo }: FirstStartOptions): Promise<Org | undefined> {
  const known = await store.findOrg({ key: demoOrgKey })
  if (known?.enabled === demo) return known
  if (known) return put(store, { ...known, enabled: demo })
  if (!demo) return undefined
  const org = createOrg('org_demo', demoOrgKey, 'site_demo', 'Hearth & Clay')
  return put(store, { ...org, config: { ...org.config, expectedReply: 'minutes' } })
}

/** The organisation of whoever runs this server. Its name is drawn once, so that a first start that is done again finds it. */
async function ownOrg({
  store,
  database,
  random,
}: Pick<FirstStartOptions, 'store' | 'database' | 'random'>): Promise<Org> {
  const token = await keepFact(database, 'first_org', Buffer.from(random.bytes(12)).toString('base64url'))
  const key = `key_${token}`
  return (
    (await store.findOrg({ key })) ?? put(store, createOrg(`org_${token}`, key, `site_${token}`, 'My organisation'))
  )
}

/** For whoever makes the first administrator themselves: the organisation is there, and the first start makes nobody. */
export async function makeFirstOrg(options: Omit<FirstStartOptions, 'agents' | 'demo'>): Promise<Org> {
  const org = await ownOrg(options)
  await keepFact(options.database, 'first_start_done_at', new Date(options.clock.nowMs()).toISOString())
  return org
}

/** Who answered for the demo gets an organisation of their own when it is switched off: nobody is locked out of the inbox. */
async function leaveDemo(options: FirstStartOptions, demoOrg: Org): Promise<FirstStart | undefined> {
  const own = await ownOrg(options)
  const isMoved = await options.agents.moveMembers(demoOrg.id, own.id)
  return isMoved ? { login: undefined, orgKey: own.key, confirm: () => Promise.resolve() } : undefined
}

/**
 * Makes the first organisation and the administrator, once. A start that was killed before the password was shown does it again
 * with another password and the same organisation. `undefined`: there is nothing to show.
 */
export async function prepareFirstStart(options: FirstStartOptions): Promise<FirstStart | undefined> {
  const { agents, database, clock, random, demo } = options
  const demoOrg = await switchDemo(options)
  if ((await readFact(database, 'first_start_done_at')) !== undefined)
    return demoOrg && !demo ? leaveDemo(options, demoOrg) : undefined
  const org = demoOrg && demo ? demoOrg : await ownOrg(options)
  const password = createPassword(random)
  await agents.putAgent({ email: adminEmail, name: 'Administrator', password, orgId: org.id, role: 'owner' })
  return {
    login: { email: adminEmail, password },
    orgKey: org.key,
    async confirm() {
      await keepFact(database, 'first_start_done_at', new Date(clock.nowMs()).toISOString())
    },
  }
}
