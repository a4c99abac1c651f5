import type { Clock, Random } from '@helvino/runtime'
import type { Store } from '../contract.ts'
import { createGroupCommit } from './group-commit.ts'
import type { OpenSqlite } from './open-sqlite.ts'
import { createOrgRepository } from './org-repository.ts'
import { createReadiness } from './readiness.ts'
import { orgOf, orgRow } from './rows.ts'
import { prepareStatements } from './statements.ts'

export interface SqliteStore extends Store {
  /** Transactions that reached the disk, and the writes in them: their ratio is what grouping saves. */
  groupsCommitted(): number
  writesCommitted(): number
}

export interface SqliteStoreOptions extends OpenSqlite {
  readonly random: Random
  readonly clock: Clock
  /** Hears what the disk refuses beside being full: somebody has to look at it. */
  readonly onDiskFailure: (error: unknown) => void
}

/** The store on one SQLite file. It does not close `database`: whoever opened that does, after `close()`. */
export function createSqliteStore({ database, kysely, random, clock, onDiskFailure }: SqliteStoreOptions): SqliteStore {
  const statements = prepareStatements(database, kysely)
  const writer = createGroupCommit({ database, clock, onDiskFailure })
  const isWriting = createReadiness(statements, writer, clock)
  let isOpen = true
  const parts = { statements, kysely, writer, random }
  return {
    findOrg(by) {
      const row =
        'id' in by
          ? statements.orgById.first(by)
          : 'key' in by
            ? statements.orgByKey.first(by)
            : statements.orgBySiteId.first(by)
      return Promise.resolve(row && orgOf(row))
    },
    putOrg: (org) =>
      writer.write(() => {
        statements.putOrg.run(orgRow(org))
        return { kind: 'written' }
      }),
    ofOrg: (orgId) => createOrgRepository(parts, orgId),
    isReady: async () => isOpen && (await isWriting()) && isOpen,
    close() {
      isOpen = false
      return writer.close()
    },
    groupsCommitted: () => writer.groupsCommitted(),
    writesCommitted: () => writer.writesCommitted(),
  }
}
