import type { Random } from '@helvino/runtime'
import type { Store } from '../contract.ts'
import { createGroupCommit } from './group-commit.ts'
import type { OpenSqlite } from './open-sqlite.ts'
import { createOrgRepository } from './org-repository.ts'
import { orgOf, orgRow } from './rows.ts'
import { prepareStatements } from './statements.ts'

export interface SqliteStore extends Store {
  /** Transactions that reached the disk, and the writes in them: their ratio is what grouping saves. */
  groupsCommitted(): number
  writesCommitted(): number
}

export interface SqliteStoreOptions extends OpenSqlite {
  readonly random: Random
}

/** The store on one SQLite file. It does not close `database`: whoever opened that does, after `close()`. */
export function createSqliteStore({ database, kysely, random }: SqliteStoreOptions): SqliteStore {
  const statements = prepareStatements(database, kysely)
  const writer = createGroupCommit(database)
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
    async isReady() {
      const result = await writer.write(() => {
        statements.orgById.first({ id: '' })
        return { kind: 'written' } as const
      })
      return result.kind === 'written'
    },
    close: () => writer.close(),
    groupsCommitted: () => writer.groupsCommitted(),
    writesCommitted: () => writer.writesCommitted(),
  }
}
