import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { describeStore } from '../contract-suite.ts'
import type { Store } from '../contract.ts'
import { openSqlite, type OpenSqlite } from './open-sqlite.ts'
import { createSqliteStore } from './sqlite-store.ts'

describeStore('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-store-'))
  let opened: OpenSqlite | undefined
  const abandon = () => {
    opened?.database.close()
    opened = undefined
    return Promise.resolve()
  }
  return Promise.resolve({
    open(): Promise<Store> {
      const opening = openSqlite(join(folder, 'helvino.db'))
      if (opening.kind !== 'ok') throw new Error(opening.message)
      opened = opening.sqlite
      return Promise.resolve(
        createSqliteStore({
          ...opening.sqlite,
          clock: systemClock,
          random: systemRandom,
          onDiskFailure: (error) => {
            throw new Error('the disk failed', { cause: error })
          },
        }),
      )
    },
    abandon,
    async remove() {
      await abandon()
      rmSync(folder, { recursive: true })
    },
  })
})
