import type { Clock } from '@helvino/runtime'
import type { Unavailable } from './contract.ts'

/** Writes that may wait for their commit; beyond it a write is `queue-full`. */
const maxWaitingWrites = 10_000
/** Writes in one transaction. A greater group holds the event loop for longer than it saves in syncs. */
const maxGroupWrites = 512
/** A write that is held up for so long, in ms, is refused; until then it is tried again this often. */
const heldUpMs = 5_000
const retryEveryMs = 50

/** Why a transaction was not committed. */
export type CommitFailure =
  /** Nothing of it is left, and it may well be committed a little later: somebody has the lock, or the database is starting. */
  | { readonly kind: 'held-up'; readonly reason: 'busy' | 'failing'; readonly error: unknown }
  /** Nothing of it is left, and no other write would fare better. */
  | { readonly kind: 'hopeless'; readonly error: unknown }
  /** Nothing of it is left, and one of its writes may be to blame. */
  | { readonly kind: 'undone'; readonly error: unknown }
  /** The database was lost during its commit: nobody knows. */
  | { readonly kind: 'unknown'; readonly error: unknown }

/** Of one write in a transaction that was committed. `failed`: its own part was undone. */
export type WriteOutcome =
  { readonly kind: 'done'; readonly result: unknown } | { readonly kind: 'failed'; readonly error: unknown }

export type Committed = { readonly kind: 'committed'; readonly outcomes: readonly WriteOutcome[] }

/** Runs writes in one transaction, in their order, and ends after it is on disk. Never rejects. */
export type Commit<Write> = (writes: readonly Write[]) => Committed | CommitFailure | Promise<Committed | CommitFailure>

/** Runs writes in arrival order, many in one transaction, and answers each only after that transaction is on disk. */
export interface GroupCommit<Write> {
  /**
   * Resolves with what the write returns, or `Unavailable`. What it throws undoes its own part only and rejects its own
   * promise only; a full or failing disk, a lock that is not given up in time and a database that is away are `unavailable`.
   */
  write(write: Write): Promise<unknown>
  groupsCommitted(): number
  writesCommitted(): number
  /** Ends after every accepted write is committed. Later writes are `unavailable: closing`. */
  close(): Promise<void>
}

export interface GroupCommitOptions<Write> {
  readonly commit: Commit<Write>
  readonly clock: Clock
  /** Runs it after the input of this turn of the event loop. @defaultValue `setImmediate` */
  readonly nextTurn?: (run: () => void) => void
  /** What asking again later may cure; `undefined` for a bug. */
  readonly unavailableReason: (error: unknown) => Unavailable['reason'] | undefined
  /** Hears why it is failing, once until a write succeeds. */
  readonly onFailing: (error: unknown) => void
}

interface WaitingWrite<Write> {
  readonly write: Write
  readonly sinceMs: number
  readonly succeed: (result: unknown) => void
  readonly fail: (error: unknown) => void
  readonly refuse: (reason: Unavailable['reason']) => void
}

type HeldUp = Extract<CommitFailure, { kind: 'held-up' }>

function createGroups<Write>({ commit }: GroupCommitOptions<Write>) {
  let groups = 0
  let writes = 0

  async function commitTogether(group: readonly WaitingWrite<Write>[]): Promise<CommitFailure | undefined> {
    const result = await commit(group.map(({ write }) => write))
    if (result.kind !== 'committed') return result
    groups += 1
    writes += group.length
    for (const [index, waiting] of group.entries()) {
      const outcome = result.outcomes[index]
      if (outcome?.kind === 'done') waiting.succeed(outcome.result)
      else waiting.fail(outcome ? outcome.error : new Error('a committed write has no outcome'))
    }
    return undefined
  }

  function failAll(group: readonly WaitingWrite<Write>[], error: unknown) {
    for (const { fail } of group) fail(error)
    return { rest: [] }
  }

  /**
   * A group that could not be committed is committed one by one: only the write that is to blame may fail. Answers the writes
   * that have to wait, and what for.
   */
  async function commitGroup(
    group: readonly WaitingWrite<Write>[],
  ): Promise<{ readonly rest: readonly WaitingWrite<Write>[]; readonly heldUp?: HeldUp }> {
    const together = await commitTogether(group)
    if (!together) return { rest: [] }
    if (together.kind === 'held-up') return { rest: group, heldUp: together }
    if (together.kind !== 'undone') return failAll(group, together.error)
    for (const [index, waiting] of group.entries()) {
      const failure = group.length === 1 ? together : await commitTogether([waiting])
      if (failure?.kind === 'held-up') return { rest: group.slice(index), heldUp: failure }
      if (failure?.kind === 'hopeless') return failAll(group.slice(index), failure.error)
      if (failure) waiting.fail(failure.error)
    }
    return { rest: [] }
  }

  return { commitGroup, groupsCommitted: () => groups, writesCommitted: () => writes }
}

/** The writes in order, and when the next of them are tried. */
function createQueue<Write>(
  { clock, nextTurn = setImmediate }: GroupCommitOptions<Write>,
  commitGroup: ReturnType<typeof createGroups<Write>>['commitGroup'],
  onHeldUp: (heldUp: HeldUp) => void,
) {
  const waiting: WaitingWrite<Write>[] = []
  let isScheduled = false
  let onDrained = () => {}

  function giveUpOld(reason: Unavailable['reason']): void {
    const nowMs = clock.monotonicMs()
    const fresh = waiting.findIndex(({ sinceMs }) => nowMs - sinceMs < heldUpMs)
    for (const { refuse } of waiting.splice(0, fresh === -1 ? waiting.length : fresh)) refuse(reason)
  }

  async function turn(): Promise<void> {
    const { rest, heldUp } = await commitGroup(waiting.splice(0, maxGroupWrites))
    waiting.unshift(...rest)
    if (heldUp) {
      onHeldUp(heldUp)
      giveUpOld(heldUp.reason)
    }
    if (waiting.length === 0) {
      isScheduled = false
      onDrained()
    } else if (heldUp) clock.startTimer(retryEveryMs, () => void turn())
    else nextTurn(() => void turn())
  }

  return {
    count: () => waiting.length,
    add(write: WaitingWrite<Write>): void {
      waiting.push(write)
      if (isScheduled) return
      isScheduled = true
      // After the input of this turn of the event loop: whatever arrived with it shares one sync of the disk.
      nextTurn(() => void turn())
    },
    drained: () =>
      new Promise<void>((resolve) => {
        onDrained = resolve
        if (!isScheduled) resolve()
      }),
  }
}

const unavailable = (reason: Unavailable['reason']): Unavailable => ({ kind: 'unavailable', reason })

export function createGroupCommit<Write>(options: GroupCommitOptions<Write>): GroupCommit<Write> {
  const { commitGroup, ...counts } = createGroups(options)
  let isReported = false
  const report = (reason: Unavailable['reason'] | undefined, error: unknown) => {
    if (reason === 'failing' && !isReported) options.onFailing(error)
    isReported ||= reason === 'failing'
  }
  const queue = createQueue<Write>(options, commitGroup, ({ reason, error }) => {
    report(reason, error)
  })
  let closing: Promise<void> | undefined

  return {
    write(write) {
      if (closing) return Promise.resolve(unavailable('closing'))
      if (queue.count() >= maxWaitingWrites) return Promise.resolve(unavailable('queue-full'))
      return new Promise((resolve, reject) => {
        const refuse = (reason: Unavailable['reason']) => {
          resolve(unavailable(reason))
        }
        queue.add({
          write,
          sinceMs: options.clock.monotonicMs(),
          succeed: (result) => {
            isReported = false
            resolve(result)
          },
          fail: (error) => {
            const reason = options.unavailableReason(error)
            report(reason, error)
            if (reason) refuse(reason)
            else reject(error instanceof Error ? error : new Error('a write failed', { cause: error }))
          },
          refuse,
        })
      })
    },
    ...counts,
    close: () => (closing ??= queue.drained()),
  }
}
