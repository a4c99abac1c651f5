import type { Unavailable } from '../contract.ts'

// PostgreSQL's error codes, by their class or, where it is longer, the code itself (PostgreSQL manual, Appendix A).
const reasons: ReadonlyMap<string, Unavailable['reason']> = new Map([
  ['53100', 'storage-full'],
  // A lock that was not given up, a deadlock, a statement that took too long.
  ['55P03', 'busy'],
  ['40P01', 'busy'],
  ['40001', 'busy'],
  ['57014', 'busy'],
  // A standby, or one that is about to become the primary.
  ['25006', 'failing'],
  // Ended for having been idle in a transaction: this process stood still.
  ['25P03', 'failing'],
  ['25P04', 'failing'],
  // What is told to other servers fills its queue: one of them has stood still for long.
  ['54000', 'failing'],
  // Connection, authorisation, unknown database, resources, shutdown, disk.
  ['08', 'failing'],
  ['28', 'failing'],
  ['3D', 'failing'],
  ['53', 'failing'],
  ['57', 'failing'],
  ['58', 'failing'],
])

const networkCodes: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EHOSTDOWN'],
])

// What the driver says of itself; these errors have no code.
const lostWords =
  /^(?:Connection (?:terminated|ended)|timeout exceeded when trying to connect|Query read timeout|Client (?:has encountered|was closed)|Cannot use a pool after calling end)/

/** The server has looked after its data, but would lose what it acknowledges. */
export class NotDurableError extends Error {
  override readonly name = 'NotDurableError'
}

interface Coded {
  readonly code: string
  /** Said by the database, and not by the network. */
  readonly isFromServer: boolean
}

function codedCause(error: unknown): Coded | 'lost' | 'not-durable' | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof NotDurableError) return 'not-durable'
    if (cause instanceof AggregateError && cause.errors.length > 0) return codedCause(cause.errors[0])
    const code = 'code' in cause ? cause.code : undefined
    if (typeof code === 'string' && 'severity' in cause) return { code, isFromServer: true }
    if (typeof code === 'string' && networkCodes.has(code)) return { code, isFromServer: false }
    if (code === undefined && lostWords.test(cause.message)) return 'lost'
  }
  return undefined
}

/** What the database or the way to it has done and asking again later may cure; `undefined` for a bug. Libraries may have wrapped the error. */
export function unavailableReason(error: unknown): Unavailable['reason'] | undefined {
  const cause = codedCause(error)
  if (typeof cause !== 'object') return cause && 'failing'
  if (!cause.isFromServer) return 'failing'
  return reasons.get(cause.code) ?? reasons.get(cause.code.slice(0, 2))
}

export const isNotDurable = (error: unknown): boolean => codedCause(error) === 'not-durable'

/** The connection is gone, or about to go: whatever was asked last may have been done or not. */
export function isConnectionLost(error: unknown): boolean {
  const cause = codedCause(error)
  if (typeof cause !== 'object') return cause === 'lost'
  return !cause.isFromServer || /^(?:08|25P0[34]|57P)/.test(cause.code)
}

/** Others wrote the same at the same time: trying again a little later is all that it takes. */
export function isCollision(error: unknown): boolean {
  const cause = codedCause(error)
  return typeof cause === 'object' && ['55P03', '40P01', '40001'].includes(cause.code)
}
