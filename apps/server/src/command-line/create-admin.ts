import { type AgentRole, limits, type OrgId } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import { decodeAgentAddress } from '../auth/agent-address.ts'
import type { AgentTables } from '../auth/agent-tables.ts'
import { guessableHint, isGuessable } from '../auth/guessable-password.ts'
import { openAgents } from '../auth/agents.ts'
import type { ServerConfig } from '../config.ts'
import { createPassword, demoOrgKey, makeFirstOrg } from '../first-start.ts'
import { localUrl } from '../listen.ts'
import { inspectDatabase, openDatabase } from '../open-database.ts'
import type { Store } from '../store/contract.ts'
import type { OpenedDatabase } from '../store/opened-database.ts'
import type { Tables } from '../store/tables.ts'
import type { Command, CommandResult, CommandWorld, Given } from './command.ts'

type AllTables = Tables & AgentTables

interface Wanted {
  readonly email: string
  /** `undefined`: one is made, and shown. */
  readonly password: string | undefined
  readonly orgKey: string | undefined
  /** Also whoever is a member with another role. */
  readonly asOwner: boolean
}

const named: Readonly<Record<AgentRole, string>> = { owner: 'an owner', admin: 'an admin', agent: 'an agent' }

const failed = (message: string): CommandResult => ({ kind: 'failed', message })

/** The one that is named, else the one that they answer for, else the only one that is no demo; the message of a failure says which there are. */
async function chooseOrg(
  { orgKey, own }: { readonly orgKey: string | undefined; readonly own: OrgId | undefined },
  { clock, random }: CommandWorld,
  database: Kysely<AllTables>,
  store: Store,
): Promise<{ readonly id: OrgId; readonly key: string } | { readonly problem: string }> {
  const orgs = await database.selectFrom('orgs').select(['id', 'key']).where('enabled', '=', 1).orderBy('key').execute()
  const known = orgs.map(({ id, key }) => ({ id: id as OrgId, key }))
  const keys = known.map(({ key }) => key).join(', ')
  if (orgKey !== undefined)
    return (
      known.find(({ key }) => key === orgKey) ?? { problem: `There is no such organisation; the keys are: ${keys}.` }
    )
  const answeredFor = known.find(({ id }) => id === own)
  if (answeredFor) return answeredFor
  const [only, ...others] = known.length > 1 ? known.filter(({ key }) => key !== demoOrgKey) : known
  if (!only) return makeFirstOrg({ store, database, clock, random })
  return others.length === 0 ? only : { problem: `There are several organisations: name one with --org, of ${keys}.` }
}

async function putAdmin(
  wanted: Wanted,
  world: CommandWorld,
  { host, port, publicUrl }: ServerConfig,
  { dialect, kysely, createStore }: OpenedDatabase,
): Promise<CommandResult> {
  const { clock, random, out } = world
  const database = kysely.$extendTables<AgentTables>()
  const agents = await openAgents({ database, dialect, ownOrigin: publicUrl ?? localUrl(host, port), clock, random })
  const store = createStore({ random, clock, onFailing: () => undefined })
  try {
    const before = await agents.findMember(wanted.email)
    const org = await chooseOrg({ ...wanted, own: before?.orgId }, world, database, store)
    if ('problem' in org) return failed(org.problem)
    // A new password is no promotion.
    const role = before?.orgId === org.id && !wanted.asOwner ? before.role : 'owner'
    const password = wanted.password ?? createPassword(random)
    await agents.putAgent({ ...wanted, name: 'Administrator', password, orgId: org.id, role })
    out(
      before
        ? `${wanted.email} is ${named[role]} of the organisation ${org.key} and has another password; their sessions are ended.`
        : `${wanted.email} is ${named[role]} of the organisation ${org.key}.`,
    )
    if (wanted.password === undefined) out(`Password (shown this once): ${password}`)
    return { kind: 'done' }
  } finally {
    await store.close()
  }
}

async function readWanted({ readInput }: CommandWorld, given: Given): Promise<Wanted | { readonly problem: string }> {
  const email = decodeAgentAddress(given.operands[0])
  if (email === undefined) return { problem: 'That is no e-mail address to log in with, such as ida@example.com.' }
  const orgKey = given.values.get('org')
  const asOwner = given.switches.has('owner')
  if (!given.switches.has('password-stdin')) return { email, orgKey, asOwner, password: undefined }
  const password = (await readInput()).replace(/\r?\n$/, '')
  if (password.length < limits.passwordLeast || password.length > limits.passwordMost || /[\r\n]/.test(password))
    return {
      problem: `The password has to be one line of ${limits.passwordLeast} to ${limits.passwordMost} characters.`,
    }
  if (await isGuessable(password, [email])) return { problem: `This password is too easily guessed. ${guessableHint}` }
  return { email, orgKey, asOwner, password }
}

export const createAdmin: Command = {
  name: 'create-admin',
  does: 'make an owner',
  summary: 'Makes an owner, who may do everything, or gives a member a new password',
  about: [
    'Prints a password, once. Who has this address keeps organisation and role, gets another password, and is logged out everywhere.',
    'Where there is no organisation yet it makes one, and the first start then makes no administrator of its own.',
  ],
  operands: ['EMAIL'],
  options: {
    owner: { meaning: 'makes an owner also of whoever is a member with another role' },
    'password-stdin': { meaning: 'reads the password from the standard input instead of making one' },
    org: { value: 'KEY', meaning: 'of this organisation, where there are several' },
  },
  async run(world, config, given) {
    const wanted = await readWanted(world, given)
    if ('problem' in wanted) return failed(wanted.problem)
    const inspection = await inspectDatabase(config)
    if (inspection.kind === 'missing')
      return failed(
        `${inspection.message} Set HELVINO_DATA_DIR to the server's data folder, or run "helvino migrate" first.`,
      )
    if (inspection.kind === 'failed') return failed(inspection.message)
    await inspection.database.close()
    const opening = await openDatabase(config)
    if (opening.kind === 'failed') return opening
    const { database } = opening
    try {
      return await putAdmin(wanted, world, config, database)
    } finally {
      await database.close()
    }
  },
}
