import type { OrgId, WidgetConfig } from '@helvino/protocol'
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

const widgetConfig: WidgetConfig = {
  widgetEnabled: true,
  writeEnabled: true,
  aiEnabled: false,
  language: 'en',
  theme: { primaryColor: '#2563eb' },
  branding: true,
}

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
  readonly email: string
  readonly password: string
  readonly orgKey: string
  confirm(): Promise<void>
}

/** 100 random bits, in groups that can be read aloud. */
function createPassword(random: Random): string {
  const symbols = Array.from(random.bytes(passwordLength), (byte) => alphabet[byte % alphabet.length] ?? '')
  return [0, 5, 10, 15].map((at) => symbols.slice(at, at + 5).join('')).join('-')
}

const createOrg = (id: string, key: string, siteId: string, name: string): Org => ({
  id: id as OrgId,
  key,
  siteId,
  name,
  enabled: true,
  config: widgetConfig,
  allowedOrigins: [],
  validFromMs: 0,
})

async function firstOrg({ store, random, demo }: FirstStartOptions): Promise<Org> {
  const token = Buffer.from(random.bytes(12)).toString('base64url')
  const org = demo
    ? createOrg('org_demo', demoOrgKey, 'site_demo', 'Hearth & Clay')
    : createOrg(`org_${token}`, `key_${token}`, `site_${token}`, 'My organisation')
  const written = await store.putOrg(org)
  if (written.kind === 'unavailable') throw new Error(`The first organisation could not be stored: ${written.reason}.`)
  return org
}

/**
 * Makes the first organisation and the administrator, once. A start that was killed before the password was shown does it again
 * with another password: `undefined` means that somebody has seen one.
 */
export async function prepareFirstStart(options: FirstStartOptions): Promise<FirstStart | undefined> {
  const { store, agents, database, clock, random, demo } = options
  const knownDemo = demo ? await store.findOrg({ key: demoOrgKey }) : undefined
  const doneAt = await readFact(database, 'first_start_done_at')
  if (doneAt !== undefined) {
    if (demo && !knownDemo) await firstOrg(options)
    return undefined
  }
  const org = knownDemo ?? (await firstOrg(options))
  const password = createPassword(random)
  await agents.putAgent({ email: adminEmail, name: 'Administrator', password, orgId: org.id, role: 'admin' })
  return {
    email: adminEmail,
    password,
    orgKey: org.key,
    async confirm() {
      await keepFact(database, 'first_start_done_at', new Date(clock.nowMs()).toISOString())
    },
  }
}
