import type { OrgId } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { StoreConnection } from './connection.ts'
import type { OrgRepository, Store } from './contract.ts'
import { createOrgRepository } from './org-repository.ts'
import { createReadiness } from './readiness.ts'
import { orgOf, orgRow } from './rows.ts'
import { createStandings } from './standings.ts'
import { all, first, run } from './work.ts'

export interface CountedStore extends Store {
  /** Transactions that reached the disk, and the writes in them: their ratio is what grouping saves. */
  groupsCommitted(): number
  writesCommitted(): number
}

export interface StoreOptions {
  readonly connection: StoreConnection
  readonly random: Random
  readonly clock: Clock
}

/** Organisations whose repository is kept, which costs more to make than a read takes; of one more, all are made anew. */
const maxRepositories = 1_000

/** The store on whatever database the connection leads to. */
export function createStore({ connection, random, clock }: StoreOptions): CountedStore {
  const { statements } = connection
  const isWriting = createReadiness(connection, clock)
  const standings = createStandings(connection, clock)
  const repositories = new Map<OrgId, OrgRepository>()
  let isOpen = true
  return {
    async findOrg(by) {
      const row = await connection.read(
        'id' in by
          ? first(statements.orgById, by)
          : 'key' in by
            ? first(statements.orgByKey, by)
            : first(statements.orgBySiteId, by),
      )
      return row && orgOf(row)
    },
    standingOf: (orgId, visitorId) => standings.standingOf(orgId, visitorId),
    async putOrg(org) {
      const result = await connection.write({
        *start() {
          yield* run(statements.putOrg, orgRow(org))
          return { kind: 'written' } as const
        },
      })
      standings.forget(org.id)
      return result
    },
    ofOrg(orgId) {
      const known = repositories.get(orgId)
      if (known) return known
      if (repositories.size >= maxRepositories) repositories.clear()
      const made = createOrgRepository({ connection, random, clock, forget: standings.forget }, orgId)
      repositories.set(orgId, made)
      return made
    },
    async listOrgIds() {
      const rows = await connection.read(all(statements.orgIds, {}))
      return rows.map(({ id }) => id as OrgId)
    },
    scrub: () => connection.scrub(),
    isReady: async () => isOpen && (await isWriting()) && isOpen,
    close() {
      isOpen = false
      return connection.close()
    },
    groupsCommitted: () => connection.groupsCommitted(),
    writesCommitted: () => connection.writesCommitted(),
  }
}
