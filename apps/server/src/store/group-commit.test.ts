import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { type Committed, type CommitFailure, createGroupCommit, type WriteOutcome } from './group-commit.ts'

type Answer = CommitFailure['kind'] | readonly WriteOutcome[]

const away = new Error('the database is away')
const done = (result: unknown): WriteOutcome => ({ kind: 'done', result })

/** A group commit over a database that answers as the test scripts, then commits whatever comes. */
function rig(...script: Answer[]) {
  const clock = new SimClock()
  const committed: (readonly string[])[] = []
  const failures: unknown[] = []
  const answerOf = (writes: readonly string[]): Committed | CommitFailure => {
    const answer = script.shift() ?? writes.map(done)
    if (typeof answer !== 'string') return { kind: 'committed', outcomes: answer }
    return answer === 'held-up' ? { kind: answer, reason: 'failing', error: away } : { kind: answer, error: away }
  }
  const groups = createGroupCommit<string>({
    clock,
    commit: (writes) => {
      committed.push(writes)
      return answerOf(writes)
    },
    unavailableReason: (error) => (error === away ? 'failing' : undefined),
    onFailing: (error) => failures.push(error),
  })
  const writeAll = (...writes: string[]) => Promise.allSettled(writes.map((write) => groups.write(write)))
  return { clock, committed, failures, writeAll }
}

const failing = { status: 'fulfilled', value: { kind: 'unavailable', reason: 'failing' } }
const stored = (value: string) => ({ status: 'fulfilled', value })

describe('a group that was undone, committed one by one', () => {
  it('[CV31] waits with what is left where the database goes away in between, and stores nothing twice', async () => {
    const { clock, committed, writeAll } = rig('undone', [done('a')], 'held-up')
    const turn = writeAll('a', 'b', 'c')
    await expect.poll(() => committed.length).toBe(3)
    await clock.advance(50)
    expect(await turn).toEqual([stored('a'), stored('b'), stored('c')])
    expect(committed).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['b', 'c']])
  })

  it('[CV32] refuses what is left where no other write would fare better, and tries none of it', async () => {
    const { committed, failures, writeAll } = rig('undone', [done('a')], 'hopeless')
    expect(await writeAll('a', 'b', 'c')).toEqual([stored('a'), failing, failing])
    expect(committed).toEqual([['a', 'b', 'c'], ['a'], ['b']])
    expect(failures).toEqual([away])
  })
})

describe('a group that was committed', () => {
  it('[CV33] answers nobody with success of whom the commit says nothing, and gives an error for whatever a write threw', async () => {
    const { writeAll } = rig([done('a'), { kind: 'failed', error: 'a text' }])
    const [first, second, third] = await writeAll('a', 'b', 'c')
    expect(first).toEqual(stored('a'))
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'a write failed', cause: 'a text' } })
    expect(third).toMatchObject({ status: 'rejected', reason: { message: 'a committed write has no outcome' } })
  })
})
