import { SimClock, SimRandom } from '@helvino/testkit'
import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createConversations } from '../../src/conversations/conversations.ts'
import { createLocalFanOut } from '../../src/fan-out/local.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { openTestSqlite } from '../sqlite-stores.ts'
import { testFolder } from '../test-folder.ts'
import { FailingDriver, type StepFault } from './failing-driver.ts'
import { expectWhole, org, post, type StoredRow, storedSql, type Visitor, visitorCalled } from './write-path.ts'

/** The real write path, from the rules of conversations down to the file, over a driver that can fail. */
async function openWritePath() {
  const path = join(testFolder(), 'helvino.db')
  const { database, kysely } = openTestSqlite(path)
  const driver = new FailingDriver(database)
  const clock = new SimClock()
  const random = new SimRandom('write path')
  const store = createSqliteStore({ database: driver.database, kysely, clock, random, onDiskFailure: () => undefined })
  const announced: string[] = []
  const fanOut = createLocalFanOut((error) => {
    throw error
  })
  fanOut.subscribe((event) => {
    if ('message' in event && event.message) announced.push(event.message.id)
  })
  await store.putOrg(org)
  const conversations = createConversations({ store, fanOut, clock, random })
  const ann = await visitorCalled(conversations, 'ann')
  const bob = await visitorCalled(conversations, 'bob')
  /** As another process sees it: what is committed. */
  const reader = new Sqlite(path, { readonly: true })
  const stored = () => reader.prepare<[], StoredRow>(storedSql).all()
  const counted = () =>
    new Map(reader.prepare<[], [string, number]>('SELECT id, latest_sequence FROM conversations').raw().all())
  const postAs = (visitor: Visitor, key: string) => post(conversations, visitor, key)
  return { driver, clock, announced, ann, bob, postAs, stored, counted }
}

type WritePath = Awaited<ReturnType<typeof openWritePath>>

/** Three messages in one transaction while these steps fail, then the same three again. Answers how many of the steps were reached. */
async function postThrough(path: WritePath, at: readonly number[], fault: StepFault): Promise<number> {
  const { driver, clock, ann, bob, postAs, stored, counted, announced } = path
  const where = `${fault.code} at step ${at.join(' and ')}${fault.isDone ? ', done' : ''}`
  const tag = `${where} ${String(announced.length)}`
  const writes = () =>
    Promise.all(
      [postAs(ann, `${tag} a`), postAs(bob, `${tag} b`), postAs(ann, `${tag} c`)].map((one) => one.catch(String)),
    )
  driver.failAt(at, fault)
  const pending = writes()
  await settle(clock, pending)
  const reached = driver.stop()
  const answers = await pending
  expectWhole(stored(), counted(), where)
  const rows = new Map(stored().map(({ id, key }) => [key, id]))
  for (const [n, answer] of answers.entries()) {
    if (typeof answer === 'string') throw new Error(`${where}: ${answer}`)
    const key = `${tag} ${'abc'[n] ?? ''}`
    if (answer.kind === 'accepted') expect(rows.get(key), where).toBe(answer.message.id)
    else expect(['unavailable', 'storage_full'], where).toContain(answer.code)
    // What nobody was told is stored is not announced either.
    if (answer.kind === 'refused') expect(announced, where).not.toContain(rows.get(key))
  }
  const again = writes()
  await settle(clock, again)
  for (const answer of await again) expect(answer, where).toMatchObject({ kind: 'accepted' })
  expectWhole(stored(), counted(), where)
  expect(
    stored().filter(({ key }) => key.startsWith(tag)),
    where,
  ).toHaveLength(3)
  return reached
}

/** Lets time pass until they are answered; a write that waits for a lock waits by the clock. */
async function settle(clock: SimClock, pending: Promise<unknown>): Promise<void> {
  let isSettled = false
  void pending.then(() => (isSettled = true))
  for (let turn = 0; !isSettled && turn < 1_000; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isSettled) await clock.advance(50)
  }
  expect(isSettled).toBe(true)
}

const faults: readonly StepFault[] = [
  { code: 'SQLITE_FULL', undoesAll: true, isDone: false },
  { code: 'SQLITE_FULL', undoesAll: false, isDone: false },
  { code: 'SQLITE_IOERR_WRITE', undoesAll: true, isDone: false },
  { code: 'SQLITE_IOERR_FSYNC', undoesAll: true, isDone: false },
  { code: 'SQLITE_IOERR_FSYNC', undoesAll: false, isDone: true },
  { code: 'SQLITE_BUSY', undoesAll: false, isDone: false },
  { code: 'SQLITE_NOMEM', undoesAll: true, isDone: false },
]

const nameOf = ({ code, undoesAll, isDone }: StepFault): string =>
  `${code}${undoesAll ? ', everything undone' : ''}${isDone ? ', after the step was done' : ''}`

describe('a write path that fails at a step', () => {
  it.each(faults.map((fault) => [nameOf(fault), fault] as const))(
    '[FP20] at every step in turn keeps what it says and says what it keeps: %s',
    async (_name, fault) => {
      const path = await openWritePath()
      let step = 1
      while ((await postThrough(path, [step], fault)) > 0) step += 1
      // Beginning, committing, and three statements for each of three messages.
      expect(step - 1).toBeGreaterThanOrEqual(11)
    },
  )

  // Those after which the transaction has to be undone by hand: there are steps after the failed one.
  it.each(
    faults
      .filter(({ undoesAll, code }) => !undoesAll && code !== 'SQLITE_BUSY')
      .map((fault) => [nameOf(fault), fault] as const),
  )(
    '[FP21] at every step and at any later one, undoing included, keeps what it says: %s',
    async (_name, fault) => {
      let hasFailed = true
      for (let first = 1; hasFailed; first += 1) {
        const path = await openWritePath()
        let [second, reached] = [first + 1, 2]
        for (; reached === 2; second += 1) reached = await postThrough(path, [first, second], fault)
        hasFailed = reached > 0
      }
    },
    60_000,
  )
})
