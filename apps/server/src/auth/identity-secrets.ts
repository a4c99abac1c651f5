import { asRecord, asString, type OrgId, parseJson } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import { keepFact, readFact, replaceFact } from './installation.ts'

/** What an organisation signs its visitors' identities with. Times are ISO 8601, UTC. */
export interface IdentitySecret {
  /** 43 characters: 32 random bytes in base64url. The text itself is the key. */
  readonly secret: string
  readonly createdAt: string
  /** Until when the one before still counts; absent where there is none. */
  readonly previousUntil?: string
}

export interface IdentitySecrets {
  /** The organisation's secret, made when it is first asked for. */
  find(orgId: OrgId): Promise<IdentitySecret>
  /** A new secret signs from here on; the one before verifies for another 24 hours, and an older one no longer. */
  rotate(orgId: OrgId): Promise<IdentitySecret>
  /** All that verify at present; none before an admin has asked for the first one. */
  verifying(orgId: OrgId): Promise<readonly string[]>
}

interface Kept {
  readonly secret: string
  readonly createdAtMs: number
  readonly previous: { readonly secret: string; readonly untilMs: number } | undefined
}

/** A token may be that old when its secret goes. */
const overlapMs = 24 * 60 * 60 * 1_000

function decode(text: string): Kept {
  const record = asRecord(parseJson(text))
  const secret = asString(record?.['secret'])
  if (secret === undefined) throw new Error('the identity secret in the database cannot be read')
  const previous = asRecord(record?.['previous'])
  const before = asString(previous?.['secret'])
  return {
    secret,
    createdAtMs: Number(record?.['createdAtMs']) || 0,
    previous: before === undefined ? undefined : { secret: before, untilMs: Number(previous?.['untilMs']) || 0 },
  }
}

const iso = (ms: number) => new Date(ms).toISOString()

export function createIdentitySecrets(database: Kysely<AgentTables>, clock: Clock, random: Random): IdentitySecrets {
  const factOf = (orgId: OrgId) => `identity_secrets/${orgId}` as const
  const made = (previous: Kept['previous']): Kept => ({
    secret: Buffer.from(random.bytes(32)).toString('base64url'),
    createdAtMs: clock.nowMs(),
    previous,
  })
  const read = async (orgId: OrgId) =>
    (await readFact(database, factOf(orgId))) ?? keepFact(database, factOf(orgId), JSON.stringify(made(undefined)))
  const show = ({ secret, createdAtMs, previous }: Kept): IdentitySecret => ({
    ...{ secret, createdAt: iso(createdAtMs) },
    ...(previous && clock.nowMs() < previous.untilMs && { previousUntil: iso(previous.untilMs) }),
  })
  return {
    find: async (orgId) => show(decode(await read(orgId))),
    async rotate(orgId) {
      const before = await read(orgId)
      const { secret } = decode(before)
      const next = made({ secret, untilMs: clock.nowMs() + overlapMs })
      // Where two rotate at once the first has done it for both: nobody's new secret is gone before it was used.
      await replaceFact(database, factOf(orgId), before, JSON.stringify(next))
      return show(decode(await read(orgId)))
    },
    async verifying(orgId) {
      const text = await readFact(database, factOf(orgId))
      if (text === undefined) return []
      const { secret, previous } = decode(text)
      return previous && clock.nowMs() < previous.untilMs ? [secret, previous.secret] : [secret]
    },
  }
}
