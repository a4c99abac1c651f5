import type { AgentRole, OrgId } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import { type AgentTables, migrateAgentTables } from './agent-tables.ts'
import { type Account, createAccount } from './account.ts'
import { keepFact } from './installation.ts'
import { type Library, type LibraryOptions, loadLibrary } from './login-library.ts'
import { createShowCode } from './shown-codes.ts'
import { type SignIn, signIn } from './sign-in.ts'
import { createTwoFactorDemand, type TwoFactorDemand } from './two-factor-demand.ts'
import { createTwoFactor, forgetTwoFactor, type TwoFactor } from './two-factor.ts'

export interface Agent {
  readonly userId: string
  readonly orgId: OrgId
  readonly role: AgentRole
  readonly email: string
  readonly name: string
}

export interface AgentSession extends Agent {
  readonly sessionId: string
  readonly startedAt: Date
}

/** `setCookies` are whole `Set-Cookie` values, for the answer. */
export type LogIn =
  | { readonly kind: 'granted'; readonly agent: Agent; readonly setCookies: readonly string[] }
  /** The password is right; of the code there is none, or it is another. */
  | { readonly kind: 'code-wanted' | 'code-wrong' }
  | { readonly kind: 'refused' }

export type SessionLookup =
  | { readonly kind: 'found'; readonly session: AgentSession; readonly setCookies: readonly string[] }
  | { readonly kind: 'none' }

export interface NewAgent {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly orgId: OrgId
  readonly role: AgentRole
}

export type JoinResult = { readonly kind: 'joined'; readonly userId: string } | { readonly kind: 'taken' }

/** People who answer: their passwords, their login cookies, and the one organisation that each answers for. */
export interface Agents {
  /** Unknown address and wrong password look the same and take the same time. What `cookie` held before ends with a login that is granted. */
  logIn(wanted: SignIn & { readonly cookie?: string | undefined }): Promise<LogIn>
  /** Ends the session on the server; answers the cookies that clear the browser. */
  logOut(cookie: string): Promise<readonly string[]>
  findSession(cookie: string): Promise<SessionLookup>
  /** Who has this address, where that is a member of an organisation. */
  findMember(email: string): Promise<Pick<Agent, 'userId' | 'orgId' | 'role'> | undefined>
  /** Makes the agent, or replaces the password and the one membership of whom has this address and ends their sessions. */
  putAgent(agent: NewAgent): Promise<void>
  /** Makes the agent, or sets name and password of whom has this address and is no member anywhere: a member is left as they are. */
  join(agent: NewAgent): Promise<JoinResult>
  /** Everybody who answers for the one organisation answers for the other from now on; says whether that is anybody. */
  moveMembers(from: OrgId, to: OrgId): Promise<boolean>
}

/** With what somebody does with their own login. */
export interface OpenedAgents extends Agents {
  readonly account: Account
  readonly twoFactor: TwoFactor
  readonly twoFactorDemand: TwoFactorDemand
}

export interface AgentsOptions extends Omit<LibraryOptions, 'secret'> {
  readonly clock: Clock
  readonly random: Random
}

/** Makes the user where there is none with this address, sets the password, ends every session of before, and forgets the second factor. */
async function putUser(library: Library, database: Kysely<AgentTables>, { email, name, password }: NewAgent) {
  const { internalAdapter, password: passwords } = await library.$context
  const hash = await passwords.hash(password)
  const known = await internalAdapter.findUserByEmail(email)
  const user =
    known?.user ?? (await internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'admin' }))
  const userId = user.id
  const accounts = await internalAdapter.findAccounts(userId)
  if (accounts.some(({ providerId }) => providerId === 'credential')) await internalAdapter.updatePassword(userId, hash)
  else await internalAdapter.linkAccount({ userId, accountId: userId, providerId: 'credential', password: hash })
  await internalAdapter.deleteUserSessions(userId)
  if (known) await forgetTwoFactor(library, database, userId)
  return userId
}

type InternalAdapter = Awaited<Library['$context']>['internalAdapter']

async function findOrMakeUser(adapter: InternalAdapter, email: string, name: string): Promise<string> {
  const find = async () => (await adapter.findUserByEmail(email))?.user.id
  const known = await find()
  if (known !== undefined) return known
  try {
    return (await adapter.createUser({ email, name, emailVerified: true }, { method: 'admin' })).id
  } catch (error) {
    // Somebody else has made it meanwhile: addresses are unique.
    const made = await find()
    if (made === undefined) throw error
    return made
  }
}

/** Cut off between becoming a member of this organisation and having a password, and so unable to log in. */
async function isHalfJoined(database: Kysely<AgentTables>, userId: string, orgId: string): Promise<boolean> {
  const membership = await database
    .selectFrom('agent_memberships')
    .select('role')
    .where('user_id', '=', userId)
    .where('org_id', '=', orgId)
    .executeTakeFirst()
  if (!membership) return false
  const account = await database.selectFrom('account').select('id').where('userId', '=', userId).executeTakeFirst()
  return account === undefined
}

async function join(library: Library, database: Kysely<AgentTables>, agent: NewAgent): Promise<JoinResult> {
  const { internalAdapter } = await library.$context
  const { email, name, orgId, role } = agent
  const userId = await findOrMakeUser(internalAdapter, email, name)
  // Decided in one statement and before anything of the account is touched: whoever invites may use the invitation, and it must not
  // open, or take away, the account of somebody who is a member, nor of somebody who becomes one elsewhere at this moment.
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('agent_memberships')
    .values({ user_id: userId, org_id: orgId, role })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n && !(await isHalfJoined(database, userId, orgId))) return { kind: 'taken' }
  await putUser(library, database, agent)
  await internalAdapter.updateUser(userId, { name })
  return { kind: 'joined', userId }
}

async function findMember(database: Kysely<AgentTables>, email: string) {
  const member = await database
    .selectFrom('user')
    .innerJoin('agent_memberships', 'agent_memberships.user_id', 'user.id')
    .select(['user.id as userId', 'agent_memberships.org_id as orgId', 'agent_memberships.role'])
    // As the library keeps addresses.
    .where('user.email', '=', email.toLowerCase())
    .executeTakeFirst()
  return member && { ...member, orgId: member.orgId as OrgId }
}

async function agentOf(
  database: Kysely<AgentTables>,
  user: { readonly id: string; readonly email: string; readonly name: string },
): Promise<Agent | undefined> {
  const membership = await database
    .selectFrom('agent_memberships')
    .select(['org_id', 'role'])
    .where('user_id', '=', user.id)
    .executeTakeFirst()
  if (!membership) return undefined
  const { org_id, role } = membership
  return { userId: user.id, orgId: org_id as OrgId, role, email: user.email, name: user.name }
}

/** The library's own deletion hides its failure, and the cookie would go on opening everything. */
async function endSession({ api }: Library, database: Kysely<AgentTables>, cookie: string): Promise<void> {
  const current = await api.getSession({ headers: new Headers({ cookie }) })
  if (current) await database.deleteFrom('session').where('id', '=', current.session.id).execute()
}

/** Opens the agents' tables. The login library itself, a quarter of a second and 25 MB, is loaded at the first use. */
export async function openAgents(options: AgentsOptions): Promise<OpenedAgents> {
  const { database, dialect, clock, random } = options
  await migrateAgentTables(database, dialect)
  const secret = await keepFact(database, 'cookie_secret', Buffer.from(random.bytes(32)).toString('base64url'))
  let loading: Promise<Library> | undefined
  const library = () => (loading ??= loadLibrary({ ...options, secret }))
  const showCode = createShowCode(database, clock)
  const twoFactor = createTwoFactor(database, library, showCode)

  return {
    account: createAccount(database, library),
    twoFactor,
    twoFactorDemand: createTwoFactorDemand(database, twoFactor.isOn),
    async logIn({ cookie, ...wanted }) {
      const signed = await signIn({ library: await library(), database, showCode }, wanted)
      if (signed.kind !== 'signed-in') return signed
      const agent = await agentOf(database, signed.user)
      if (!agent) {
        // Who is no member any more holds no session.
        await database.deleteFrom('session').where('userId', '=', signed.user.id).execute()
        return { kind: 'refused' }
      }
      if (cookie !== undefined) await endSession(await library(), database, cookie)
      return { kind: 'granted', agent, setCookies: signed.setCookies }
    },
    async logOut(cookie) {
      const loaded = await library()
      await endSession(loaded, database, cookie)
      const { headers } = await loaded.api.signOut({ headers: new Headers({ cookie }), returnHeaders: true })
      return headers.getSetCookie()
    },
    async findSession(cookie) {
      const { api } = await library()
      const { headers, response } = await api.getSession({ headers: new Headers({ cookie }), returnHeaders: true })
      const agent = response ? await agentOf(database, response.user) : undefined
      if (!response || !agent) return { kind: 'none' }
      const { id: sessionId, createdAt: startedAt } = response.session
      const session = { ...agent, sessionId, startedAt }
      return { kind: 'found', session, setCookies: headers.getSetCookie() }
    },
    findMember: (email) => findMember(database, email),
    async putAgent(agent) {
      const { orgId, role } = agent
      const userId = await putUser(await library(), database, agent)
      await database
        .insertInto('agent_memberships')
        .values({ user_id: userId, org_id: orgId, role })
        .onConflict((on) => on.column('user_id').doUpdateSet({ org_id: orgId, role }))
        .execute()
    },
    join: async (agent) => join(await library(), database, agent),
    async moveMembers(from, to) {
      const { numUpdatedRows } = await database
        .updateTable('agent_memberships')
        .set({ org_id: to })
        .where('org_id', '=', from)
        .executeTakeFirst()
      await database.updateTable('agent_two_factor_demands').set({ org_id: to }).where('org_id', '=', from).execute()
      return numUpdatedRows > 0n
    },
  }
}
