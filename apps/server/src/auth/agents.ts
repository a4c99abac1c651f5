import type { OrgId } from '@helvino/protocol'
import type { Random } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import { type AgentTables, migrateAgentTables } from './agent-tables.ts'
import { keepFact } from './installation.ts'

export interface Agent {
  readonly userId: string
  readonly orgId: OrgId
  readonly role: 'admin' | 'agent'
  readonly email: string
  readonly name: string
}

export interface AgentSession extends Agent {
  readonly sessionId: string
}

/** `setCookies` are whole `Set-Cookie` values, for the answer. */
export type LogIn =
  | { readonly kind: 'granted'; readonly agent: Agent; readonly setCookies: readonly string[] }
  | { readonly kind: 'refused' }

export type SessionLookup =
  | { readonly kind: 'found'; readonly session: AgentSession; readonly setCookies: readonly string[] }
  | { readonly kind: 'none' }

export interface NewAgent {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly orgId: OrgId
  readonly role: 'admin' | 'agent'
}

/** People who answer: their passwords, their login cookies, and the one organisation that each answers for. */
export interface Agents {
  /** Unknown address and wrong password look the same and take the same time. */
  logIn(email: string, password: string): Promise<LogIn>
  /** Ends the session on the server; answers the cookies that clear the browser. */
  logOut(cookie: string): Promise<readonly string[]>
  findSession(cookie: string): Promise<SessionLookup>
  /** Makes the agent, or replaces the password and the one membership of whom has this address and ends their sessions. */
  putAgent(agent: NewAgent): Promise<void>
  /** Makes the agent, or sets name and password of whom has this address and is no member anywhere: a member is left as they are. */
  join(agent: NewAgent): Promise<'joined' | 'taken'>
  /** Everybody who answers for the one organisation answers for the other from now on; says whether that is anybody. */
  moveMembers(from: OrgId, to: OrgId): Promise<boolean>
}

export interface AgentsOptions {
  /** The store's own connection. No transaction is ever left open on it across an `await`: the message writer shares it. */
  readonly database: Kysely<AgentTables>
  readonly dialect: 'sqlite' | 'postgres'
  /** `https://…` makes the cookie `Secure` and `__Host-`. */
  readonly ownOrigin: string
  readonly random: Random
}

const sessionSeconds = 7 * 24 * 60 * 60
// RFC 6265bis section 4.1.3.2: bound to this very host, https only, path `/`.
const hostPrefix = '__Host-'

async function loadLibrary({ database, dialect, ownOrigin }: AgentsOptions, secret: string) {
  const { betterAuth } = await import('better-auth')
  const isSecure = ownOrigin.startsWith('https:')
  return betterAuth({
    database: { db: database, type: dialect },
    secret,
    baseURL: ownOrigin,
    emailAndPassword: { enabled: true, disableSignUp: true, maxPasswordLength: 128, minPasswordLength: 12 },
    session: { expiresIn: sessionSeconds },
    telemetry: { enabled: false },
    // Its lines would carry addresses; what matters is logged by the routes.
    logger: { disabled: true },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: `${isSecure ? hostPrefix : ''}helvino.session`,
          attributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
        },
      },
    },
  })
}

/** The library throws for a wrong password as for a bug; only the former has a status below 500. */
function isLibraryRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  )
}

/** Makes the user where there is none with this address, sets the password, and ends every session of before. */
async function putUser(library: Awaited<ReturnType<typeof loadLibrary>>, { email, name, password }: NewAgent) {
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
  return userId
}

type InternalAdapter = Awaited<Awaited<ReturnType<typeof loadLibrary>>['$context']>['internalAdapter']

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

async function join(
  library: Awaited<ReturnType<typeof loadLibrary>>,
  database: Kysely<AgentTables>,
  agent: NewAgent,
): Promise<'joined' | 'taken'> {
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
  if (numInsertedOrUpdatedRows !== 1n && !(await isHalfJoined(database, userId, orgId))) return 'taken'
  await putUser(library, agent)
  await internalAdapter.updateUser(userId, { name })
  return 'joined'
}

/** Opens the agents' tables. The login library itself, a quarter of a second and 25 MB, is loaded at the first use. */
export async function openAgents(options: AgentsOptions): Promise<Agents> {
  const { database, dialect, random } = options
  await migrateAgentTables(database, dialect)
  const secret = await keepFact(database, 'cookie_secret', Buffer.from(random.bytes(32)).toString('base64url'))
  let loading: ReturnType<typeof loadLibrary> | undefined
  const library = () => (loading ??= loadLibrary(options, secret))

  const agentOf = async (user: { id: string; email: string; name: string }): Promise<Agent | undefined> => {
    const membership = await database
      .selectFrom('agent_memberships')
      .select(['org_id', 'role'])
      .where('user_id', '=', user.id)
      .executeTakeFirst()
    if (!membership) return undefined
    const { org_id, role } = membership
    return { userId: user.id, orgId: org_id as OrgId, role, email: user.email, name: user.name }
  }

  return {
    async logIn(email, password) {
      const { api } = await library()
      try {
        const { headers, response } = await api.signInEmail({ body: { email, password }, returnHeaders: true })
        const agent = await agentOf(response.user)
        return agent ? { kind: 'granted', agent, setCookies: headers.getSetCookie() } : { kind: 'refused' }
      } catch (error) {
        if (isLibraryRefusal(error)) return { kind: 'refused' }
        throw error
      }
    },
    async logOut(cookie) {
      const { api } = await library()
      const sent = { headers: new Headers({ cookie }) }
      const current = await api.getSession(sent)
      // The library's own deletion hides its failure, and the cookie would go on opening everything.
      if (current) await database.deleteFrom('session').where('id', '=', current.session.id).execute()
      const { headers } = await api.signOut({ ...sent, returnHeaders: true })
      return headers.getSetCookie()
    },
    async findSession(cookie) {
      const { api } = await library()
      const { headers, response } = await api.getSession({ headers: new Headers({ cookie }), returnHeaders: true })
      const agent = response ? await agentOf(response.user) : undefined
      if (!response || !agent) return { kind: 'none' }
      const session = { ...agent, sessionId: response.session.id }
      return { kind: 'found', session, setCookies: headers.getSetCookie() }
    },
    async putAgent(agent) {
      const { orgId, role } = agent
      const userId = await putUser(await library(), agent)
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
      return numUpdatedRows > 0n
    },
  }
}
