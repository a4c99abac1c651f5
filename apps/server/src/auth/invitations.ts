import { createHash } from 'node:crypto'
import { type AgentRole, limits, type OrgId } from '@helvino/protocol'
import { type Clock, type Random, uuid } from '@helvino/runtime'
import { type Kysely, sql } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import type { Agents } from './agents.ts'
import { isGuessable } from './guessable-password.ts'

export interface Invitation {
  readonly id: string
  readonly orgId: OrgId
  readonly email: string
  readonly role: AgentRole
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Who invites, or withdraws. */
export interface Inviter {
  readonly userId: string
  readonly role: AgentRole
}

export type InviteResult =
  /** The token is told here and nowhere else: what is kept is its hash. */
  | { readonly kind: 'invited'; readonly invitation: Invitation; readonly token: string }
  /** Somebody with this address is a member, here or elsewhere. */
  | { readonly kind: 'address-taken' }
  | { readonly kind: 'too-many' }
  /** An owner has invited this address as an owner: of that owners alone decide. */
  | { readonly kind: 'outranked' }

export type AcceptResult =
  | { readonly kind: 'joined'; readonly orgId: OrgId; readonly userId: string }
  /** `guessable`: the password is. */
  | { readonly kind: 'taken' | 'unknown' | 'guessable' }

/** Who may join an organisation. An invitation is open for `limits.invitationMs`, or until it is accepted or withdrawn. */
export interface Invitations {
  /** Another one for the same address takes the place of the first. */
  invite(orgId: OrgId, email: string, role: Invitation['role'], by: Inviter): Promise<InviteResult>
  /** Those that are open, the oldest first. */
  list(orgId: OrgId): Promise<readonly Invitation[]>
  /** Answers the address that was invited; `undefined` where there is none of that id that is `by`'s to decide on. */
  withdraw(orgId: OrgId, id: string, by: Pick<Inviter, 'role'>): Promise<string | undefined>
  find(token: string): Promise<Invitation | undefined>
  /** Makes the member, who logs in with this password from then on. */
  accept(token: string, name: string, password: string): Promise<AcceptResult>
}

export interface InvitationsOptions {
  readonly database: Kysely<AgentTables>
  readonly dialect: 'sqlite' | 'postgres'
  readonly agents: Pick<Agents, 'join'>
  readonly clock: Clock
  readonly random: Random
}

type Row = AgentTables['agent_invitations']

const invitationOf = (row: Row): Invitation => ({
  id: row.id,
  orgId: row.org_id as OrgId,
  email: row.email,
  role: row.role,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
})

// 256 random bits need no salt and no slow hash.
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Those of owners' invitations that are not `by`'s to decide on are left out. */
const inReach = ({ role }: Pick<Inviter, 'role'>) =>
  role === 'owner' ? sql<boolean>`1 = 1` : sql<boolean>`agent_invitations.role <> 'owner'`

/** Adds it, or puts it in the place of the one for the same address; no row comes back where there are `limits.openInvitations` others. */
const adding = (row: Row, by: Inviter) => {
  const { id, org_id, email, role, token_hash, created_at_ms, expires_at_ms } = row
  return sql`
  INSERT INTO agent_invitations (id, org_id, email, role, token_hash, created_at_ms, expires_at_ms, invited_by)
  SELECT CAST(${id} AS text), CAST(${org_id} AS text), CAST(${email} AS text), CAST(${role} AS text),
    CAST(${token_hash} AS text), CAST(${created_at_ms} AS bigint), CAST(${expires_at_ms} AS bigint),
    CAST(${by.userId} AS text)
  WHERE (
    SELECT count(*) FROM agent_invitations
    WHERE org_id = ${org_id} AND email <> ${email} AND expires_at_ms > ${created_at_ms}
  ) < ${limits.openInvitations}
  ON CONFLICT (org_id, email) DO UPDATE SET id = excluded.id, role = excluded.role, token_hash = excluded.token_hash,
    created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms, invited_by = excluded.invited_by
  WHERE ${inReach(by)}
  RETURNING id`
}

/**
 * One statement counts and adds. SQLite has one writer; where several servers write, those who invite for one organisation take
 * turns, so that each counts what was added before.
 */
async function add(
  { database, dialect }: Pick<InvitationsOptions, 'database' | 'dialect'>,
  row: Row,
  by: Inviter,
): Promise<boolean> {
  if (dialect === 'sqlite') return (await adding(row, by).execute(database)).rows.length > 0
  return database.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${row.org_id}, 0))`.execute(transaction)
    return (await adding(row, by).execute(transaction)).rows.length > 0
  })
}

export function createInvitations(options: InvitationsOptions): Invitations {
  const { database, agents, clock, random } = options
  const open = () => database.selectFrom('agent_invitations').selectAll().where('expires_at_ms', '>', clock.nowMs())

  async function find(token: string) {
    const row = await open().where('token_hash', '=', hashOf(token)).executeTakeFirst()
    return row && invitationOf(row)
  }

  const list = async (orgId: OrgId) => {
    const rows = await open().where('org_id', '=', orgId).orderBy('created_at_ms').orderBy('id').execute()
    return rows.map(invitationOf)
  }

  return {
    find,
    list,
    async invite(orgId, email, role, by) {
      const member = await database
        .selectFrom('user')
        .innerJoin('agent_memberships', 'agent_memberships.user_id', 'user.id')
        .select('user.id')
        .where('user.email', '=', email)
        .executeTakeFirst()
      if (member) return { kind: 'address-taken' }
      const nowMs = clock.nowMs()
      const token = Buffer.from(random.bytes(32)).toString('base64url')
      const made = { id: uuid(random), role, token_hash: hashOf(token), created_at_ms: nowMs }
      const row: Row = {
        ...made,
        org_id: orgId,
        email,
        expires_at_ms: nowMs + limits.invitationMs,
        invited_by: by.userId,
      }
      await database.deleteFrom('agent_invitations').where('expires_at_ms', '<=', nowMs).execute()
      if (await add(options, row, by)) return { kind: 'invited', invitation: invitationOf(row), token }
      const there = await open().where('org_id', '=', orgId).where('email', '=', email).executeTakeFirst()
      return { kind: there === undefined ? 'too-many' : 'outranked' }
    },
    async withdraw(orgId, id, by) {
      const withdrawn = await database
        .deleteFrom('agent_invitations')
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .where(inReach(by))
        .returning('email')
        .executeTakeFirst()
      return withdrawn?.email
    },
    async accept(token, name, password) {
      const invitation = await find(token)
      if (!invitation) return { kind: 'unknown' }
      const { id, orgId, email, role } = invitation
      if (await isGuessable(password, [email])) return { kind: 'guessable' }
      const result = await agents.join({ email, name, password, orgId, role })
      // After it: whoever is cut off in between tries again, and is told that they are a member.
      if (result.kind === 'taken') return result
      await database.deleteFrom('agent_invitations').where('id', '=', id).execute()
      return { ...result, orgId }
    },
  }
}
