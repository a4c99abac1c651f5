import type { OrgId } from '@helvino/protocol'
import { systemRandom } from '@helvino/runtime/system-node'
import { SimClock } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createLocalFanOut } from '../src/fan-out/local.ts'
import type { FanOutEvent } from '../src/fan-out/contract.ts'
import { orgLike } from '../src/store/contract-suite.ts'
import type { Store } from '../src/store/contract.ts'
import type { OpenedDatabase } from '../src/store/opened-database.ts'
import { openSqliteDatabase } from '../src/store/sqlite/sqlite-database.ts'
import { createErasure } from '../src/visitors/erasure.ts'
import { startSweeps, type SweepsOptions } from '../src/visitors/sweeps.ts'
import { openTestPostgres } from './postgres-databases.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { everything, openFor, text } from './suite-data.ts'
import { testFolder } from './test-folder.ts'

const day = 86_400_000
type Swept = Parameters<SweepsOptions['onSwept']>[0]

describe.each(['SQLite', 'PostgreSQL'] as const)('retention on %s', (kind) => {
  let postgres: PostgresServer | undefined
  beforeAll(async () => {
    if (kind === 'PostgreSQL') postgres = await startPostgres()
  }, 60_000)
  afterAll(() => postgres?.remove())

  /** As a place to open databases on, one after the other or two at a time. */
  async function createPlace(): Promise<() => Promise<OpenedDatabase>> {
    const url = await postgres?.createDatabase()
    const path = `${testFolder()}/helvino.db`
    return async () => {
      if (url !== undefined) return openTestPostgres(url)
      const opening = openSqliteDatabase(path)
      if (opening.kind !== 'opened') throw new Error(opening.message)
      onTestFinished(() => opening.database.close())
      await opening.database.endStart()
      return opening.database
    }
  }

  /** A server, as far as it removes old data. */
  function startServer(database: OpenedDatabase) {
    const clock = new SimClock()
    const swept: Swept[] = []
    const told: FanOutEvent[] = []
    const fail = (error: unknown) => {
      throw new Error('failed', { cause: error })
    }
    const store = database.createStore({ clock, random: systemRandom, onFailing: fail })
    const fanOut = createLocalFanOut(fail)
    fanOut.subscribe((event) => told.push(event))
    const sweeps = startSweeps({
      ...{ store, clock, alone: database.alone, onFailure: fail, onSwept: (each) => swept.push(each) },
      erasure: createErasure({ store, fanOut, clock, random: systemRandom }),
    })
    /** Lets so much virtual time pass, and what it sets off come to its end on the real disk. */
    async function pass(ms: number, isOver: () => Promise<boolean>): Promise<void> {
      await clock.advance(ms)
      await expect
        .poll(
          async () => {
            await clock.advance(60_000)
            return isOver()
          },
          { timeout: 30_000, interval: 5 },
        )
        .toBe(true)
    }
    /** Beside time that goes on: a sweep may wait for its next transaction. */
    async function stop(): Promise<void> {
      let isOver = false
      void sweeps.stop().then(() => (isOver = true))
      await pass(0, async () => isOver)
    }
    onTestFinished(async () => {
      await stop()
      await store.close()
    })
    return { store, clock, swept, told, pass, stop }
  }

  async function putOrg(store: Store, name: string, retentionDays: number | null): Promise<OrgId> {
    const org = orgLike(name)
    await store.putOrg({ ...org, config: { ...org.config, retentionDays } })
    return org.id
  }

  async function say(store: Store, orgId: OrgId, name: string, nowMs: number) {
    const ours = store.ofOrg(orgId)
    const { id } = (await openFor(ours, name)).conversation
    await ours.appendMessage(text(id, 'hello', { nowMs }))
    return id
  }

  const listed = async (store: Store, orgId: OrgId) =>
    (await store.ofOrg(orgId).listConversations(everything)).conversations.map(({ id }) => id)

  it('[DP11] removes what is older than each organisation says, once it is, and nothing where none says so', async () => {
    const open = await createPlace()
    const { store, clock, pass, swept, told } = startServer(await open())
    const [ours, theirs] = [await putOrg(store, 'a', 2), await putOrg(store, 'b', null)]
    const nowMs = clock.nowMs()
    const old = await say(store, ours, 'old', nowMs - 3 * day)
    const young = await say(store, ours, 'young', nowMs)
    const kept = await say(store, theirs, 'old', nowMs - 3_000 * day)
    await pass(5_000, async () => swept.length > 0)
    expect(swept).toEqual([{ orgId: ours, messages: 1, conversations: 1 }])
    expect(told).toEqual([{ orgId: ours, gone: [old] }])
    expect(await listed(store, ours)).toEqual([young])
    await pass(2 * day, async () => (await listed(store, ours)).length === 0)
    expect(await listed(store, theirs)).toEqual([kept])
  })

  it('[DP12] removes more than one transaction holds, while others write, and goes on after a restart where it was', async () => {
    const open = await createPlace()
    const first = startServer(await open())
    const ours = await putOrg(first.store, 'a', 1)
    const nowMs = first.clock.nowMs()
    for (let n = 0; n < 130; n += 1) await say(first.store, ours, `v${n}`, nowMs - 2 * day)
    const young = await say(first.store, ours, 'young', nowMs)
    await first.pass(5_000, async () => first.told.length > 0)
    await first.stop()
    const left = (await first.store.ofOrg(ours).condemnInactive(nowMs - day)).kind
    expect(left).toBe('condemned')
    const second = startServer(await open())
    let written = 1
    await second.pass(5_000, async () => {
      const stored = await second.store.ofOrg(ours).appendMessage(text(young, `while it sweeps ${written}`, { nowMs }))
      expect(stored).toMatchObject({ kind: 'stored', message: { sequence: (written += 1) } })
      return second.swept.length > 0
    })
    expect(await listed(second.store, ours)).toEqual([young])
    const erased = [...first.swept, ...second.swept].reduce((sum, { conversations }) => sum + conversations, 0)
    expect(erased).toBeLessThanOrEqual(130)
  })

  it.runIf(kind === 'PostgreSQL')('[DP13] runs on one of several servers at a time', async () => {
    const open = await createPlace()
    const [one, other] = [await open(), await open()]
    const release = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const running = one.alone(() => {
      begun.resolve()
      return release.promise
    })
    await begun.promise
    const ran: string[] = []
    const run = async () => {
      ran.push('other')
    }
    await other.alone(run)
    expect(ran).toEqual([])
    release.resolve()
    await running
    await other.alone(run)
    expect(ran).toEqual(['other'])
  })
})
