import type { Clock } from '@helvino/runtime'
import type { Pool, PoolClient, QueryResult } from 'pg'
import type { AppendOutcome } from '../append.ts'
import type { Write } from '../connection.ts'
import type { Commit, Committed, CommitFailure, WriteOutcome } from '../group-commit.ts'
import { decideAppends, lockConversations, readBefore, storeAppends } from './append-many.ts'
import { changesNotices, channel } from './notifications.ts'
import { createRunStatement, type RunStatement, runWork } from './run-work.ts'
import { findTransactionEnd } from './transaction-end.ts'
import { isCollision, isConnectionLost, isNotDurable, unavailableReason } from './unavailable-reason.ts'

type AnyWrite = Write<unknown>

/** The writes in their order, those that are nothing but appends and follow each other together. */
function partsOf(writes: readonly AnyWrite[]): readonly (readonly AnyWrite[])[] {
  const parts: AnyWrite[][] = []
  for (const write of writes) {
    const last = parts.at(-1)
    if (write.inBulk && last?.[0]?.inBulk) last.push(write)
    else parts.push([write])
  }
  return parts
}

const appendsOf = (writes: readonly AnyWrite[]) => writes.flatMap(({ inBulk }) => inBulk?.appends ?? [])

/** What became of each append, as what became of each write. */
function outcomesOf(writes: readonly AnyWrite[], outcomes: readonly AppendOutcome[]): readonly WriteOutcome[] {
  let taken = 0
  return writes.map(({ inBulk }) => {
    const from = taken
    taken += inBulk?.appends.length ?? 0
    return { kind: 'done', result: inBulk?.resultOf(outcomes.slice(from, taken)) }
  })
}

async function runInBulk(run: RunStatement, writes: readonly AnyWrite[]): Promise<readonly WriteOutcome[]> {
  const appends = appendsOf(writes)
  const decision = decideAppends(await readBefore(run, appends), appends)
  await storeAppends(run, decision)
  return outcomesOf(writes, decision.outcomes)
}

async function runAll(run: RunStatement, writes: readonly AnyWrite[]): Promise<readonly WriteOutcome[]> {
  const parts = partsOf(writes)
  const appends = appendsOf(writes)
  // Between the appends stand other writes: locked in one order at first, two servers do not wait for each other in a circle.
  if (parts.length > 1 && appends.length > 0) await lockConversations(run, appends)
  const outcomes: WriteOutcome[] = []
  for (const part of parts) {
    if (part[0]?.inBulk) outcomes.push(...(await runInBulk(run, part)))
    else for (const { start } of part) outcomes.push({ kind: 'done', result: await runWork(run, start()) })
  }
  return outcomes
}

/** Begins, and answers the transaction's id, by which its end can be asked for over another connection. */
async function begin(client: PoolClient): Promise<string> {
  // Two statements in one message: the driver answers an array, which its types do not know.
  const results: unknown = await client.query('BEGIN; SELECT pg_current_xact_id()::text AS id')
  const [, selected] = results as readonly QueryResult<{ readonly id: string }>[]
  const id = selected?.rows[0]?.id
  if (id === undefined) throw new Error('a transaction began without an id')
  return id
}

/** What other servers are told of these writes, if they are committed. */
const noticesOf = (node: string, writes: readonly AnyWrite[], outcomes: readonly WriteOutcome[]): readonly string[] =>
  changesNotices(
    node,
    outcomes.flatMap((outcome, index) =>
      outcome.kind === 'done' ? (writes[index]?.changesOf?.(outcome.result) ?? []) : [],
    ),
  )

/** One message, so that telling the others costs no way of its own. A transaction that had failed is answered with `ROLLBACK`, without an error. */
async function commit(client: PoolClient, notices: readonly string[]): Promise<void> {
  const told = notices.map((notice) => `SELECT pg_notify('${channel}', ${client.escapeLiteral(notice)}); `)
  // For several statements the driver answers an array, which its types do not know.
  const results: unknown = await client.query(`${told.join('')}COMMIT`)
  const { command } = [results].flat().at(-1) as QueryResult
  if (command !== 'COMMIT') throw new Error(`a commit was answered with ${command}`)
}

/** Before the commit was asked for: the server undoes what it has not been asked to commit. */
function failureBeforeCommit(error: unknown): CommitFailure {
  const reason = unavailableReason(error)
  if (isConnectionLost(error)) return { kind: 'held-up', reason: 'failing', error }
  if (isCollision(error)) return { kind: 'held-up', reason: 'busy', error }
  return { kind: reason === 'failing' ? 'hopeless' : 'undone', error }
}

/** A connection that may be in the middle of something is not used again. */
async function leave(client: PoolClient, error: unknown): Promise<void> {
  const isUsable =
    !isConnectionLost(error) &&
    unavailableReason(error) !== 'failing' &&
    (await client.query('ROLLBACK').then(
      () => true,
      () => false,
    ))
  client.release(!isUsable)
}

/** Why a commit that was sent right behind what it commits has failed. Where that has failed, the database has not committed. */
async function failureOfCommit(
  storing: Promise<void>,
  committing: Promise<void>,
): Promise<{ readonly error: unknown; readonly isOfCommit: boolean } | undefined> {
  const [stored, committed] = await Promise.allSettled([storing, committing])
  if (stored.status === 'rejected') return { error: stored.reason, isOfCommit: false }
  return committed.status === 'rejected' ? { error: committed.reason, isOfCommit: true } : undefined
}

export interface PostgresCommitOptions {
  readonly pool: Pool
  readonly nameOf: (sql: string) => string
  readonly clock: Clock
  /** How this server signs what it tells the others. */
  readonly node: string
}

/** Runs a group in one transaction over the one connection for writes. */
export function createPostgresCommit({ pool, nameOf, clock, node }: PostgresCommitOptions): Commit<AnyWrite> {
  async function commitOn(client: PoolClient, writes: readonly AnyWrite[]): Promise<Committed | CommitFailure> {
    const run = createRunStatement(client, nameOf)
    let id: string
    let outcomes: readonly WriteOutcome[]
    let storing: Promise<void>
    try {
      if (writes.every(({ inBulk }) => inBulk)) {
        // Nothing is written before all of it has been answered: without its beginning nothing belongs to a transaction.
        const appends = appendsOf(writes)
        const [begun, read] = await Promise.all([begin(client), readBefore(run, appends)])
        const decision = decideAppends(read, appends)
        id = begun
        outcomes = outcomesOf(writes, decision.outcomes)
        storing = storeAppends(run, decision)
      } else {
        id = await begin(client)
        outcomes = await runAll(run, writes)
        storing = Promise.resolve()
      }
    } catch (error) {
      await leave(client, error)
      return failureBeforeCommit(error)
    }
    const failure = await failureOfCommit(storing, commit(client, noticesOf(node, writes, outcomes)))
    if (!failure) {
      client.release()
      return { kind: 'committed', outcomes }
    }
    await leave(client, failure.error)
    if (isConnectionLost(failure.error)) return failureAfterCommit(id, outcomes, failure.error)
    return failure.isOfCommit ? { kind: 'undone', error: failure.error } : failureBeforeCommit(failure.error)
  }

  /** The connection was lost during the commit: the message that it asked for may have been heard or not. */
  async function failureAfterCommit(
    id: string,
    outcomes: readonly WriteOutcome[],
    error: unknown,
  ): Promise<Committed | CommitFailure> {
    const end = await findTransactionEnd(pool, id, clock)
    if (end === 'committed') return { kind: 'committed', outcomes }
    return end === 'aborted' ? { kind: 'held-up', reason: 'failing', error } : { kind: 'unknown', error }
  }

  return async (writes) => {
    let client: PoolClient
    try {
      client = await pool.connect()
    } catch (error) {
      return unavailableReason(error) === 'failing' && !isNotDurable(error)
        ? { kind: 'held-up', reason: 'failing', error }
        : { kind: 'hopeless', error }
    }
    return commitOn(client, writes)
  }
}
