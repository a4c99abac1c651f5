import type { OrgId } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { expect, it } from 'vitest'
import { openTestSqlite, storeParts } from '../../tests/sqlite-stores.ts'
import { orgLike } from '../store/contract-suite.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { createNoteSeenOrigin } from './seen-origins.ts'

const shop = 'https://shop.example'

it('[IS3] writes an origin of an organisation once a minute, however many pages are loaded, and throws for none', async () => {
  const store = createSqliteStore({ ...openTestSqlite(), ...storeParts() })
  const [a, b] = [orgLike('a').id, orgLike('b').id]
  await store.putOrg(orgLike('a'))
  await store.putOrg(orgLike('b'))
  const clock = new SimClock()
  const note = createNoteSeenOrigin(store, clock)
  const before = store.writesCommitted()
  for (let load = 0; load < 100; load += 1) {
    note(a, shop)
    note(b, shop)
    note(a, undefined)
    note(a, 'null')
    note(a, `${shop}/path`)
  }
  const seen = async (orgId: OrgId) => {
    // Whatever was asked before is committed by now: writes keep their order.
    await store.putOrg(orgLike('b'))
    return store.ofOrg(orgId).listSeenOrigins()
  }
  expect((await seen(a)).map(({ origin }) => origin)).toEqual([shop])
  expect(store.writesCommitted() - before).toBe(2 + 1)
  await clock.advance(60_000)
  note(a, shop)
  const [again] = await seen(a)
  expect(Date.parse(again?.lastSeenAt ?? '') - Date.parse(again?.firstSeenAt ?? '')).toBe(60_000)
  await store.close()
  await clock.advance(60_000)
  expect(() => {
    note(a, shop)
  }).not.toThrow()
})
