import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { StoreConnection } from './connection.ts'
import type { Org, Standing } from './contract.ts'
import { Recent } from './recent.ts'
import { orgOf } from './rows.ts'
import { first } from './work.ts'

export interface Standings {
  standingOf(orgId: OrgId, visitorId: PublicVisitorId | undefined): Promise<Standing>
  /** Whatever was written of the organisation itself, or of the visitor, is asked for anew. */
  forget(orgId: OrgId, visitorId?: PublicVisitorId): void
}

// No id holds a space.
const keyOf = (orgId: OrgId, visitorId: PublicVisitorId): string => `${orgId} ${visitorId}`

/** What every call of a visitor asks, read twice in a second at most. */
export function createStandings({ statements, read }: StoreConnection, clock: Clock): Standings {
  const orgs = new Recent<Org | undefined>(clock)
  const visitors = new Recent<number>(clock)

  const readOrg = async (id: OrgId) => {
    const row = await read(first(statements.orgById, { id }))
    return row && orgOf(row)
  }
  const readVisitor = async (orgId: OrgId, id: PublicVisitorId) =>
    (await read(first(statements.visitorValidFrom, { orgId, id })))?.valid_from_ms ?? 0

  return {
    async standingOf(orgId, visitorId) {
      const org = orgs.find(orgId, () => readOrg(orgId))
      const visitor =
        visitorId === undefined ? 0 : visitors.find(keyOf(orgId, visitorId), () => readVisitor(orgId, visitorId))
      const [foundOrg, visitorValidFromMs] = await Promise.all([org, visitor])
      return { org: foundOrg, visitorValidFromMs }
    },
    forget(orgId, visitorId) {
      if (visitorId === undefined) orgs.forget(orgId)
      else visitors.forget(keyOf(orgId, visitorId))
    },
  }
}
