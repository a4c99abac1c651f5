import type { Clock, Random } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import type { OtherServers } from './changes.ts'
import type { Unavailable } from './contract.ts'
import type { CountedStore } from './create-store.ts'
import type { Tables } from './tables.ts'
import type { Work } from './work.ts'

export interface StoreWorld {
  readonly random: Random
  readonly clock: Clock
  /** Hears, once until a write succeeds, why nothing can be written where that is no lack of room: somebody has to look at it. */
  readonly onFailing: (error: unknown) => void
}

/** A database that was found fit to keep messages, and is open. Whoever opened it closes it. */
export interface OpenedDatabase {
  /** As the login library calls it. */
  readonly dialect: 'sqlite' | 'postgres'
  /** For queries that are built anew each time. */
  readonly kysely: Kysely<Tables>
  read<Result>(work: Work<Result>): Promise<Result>
  /** The one store on it. */
  createStore(world: StoreWorld): CountedStore
  /** Of a database that several servers may use at a time. */
  readonly others?: OtherServers
  /** Runs it unless another server on this database is running something so. Where there is none but this one, always. */
  alone(run: () => Promise<void>): Promise<void>
  /** Why it could not do it, where asking again later may help; `undefined` for a bug. Libraries may have wrapped the error. */
  unavailableReason(error: unknown): Unavailable['reason'] | undefined
  /** The first start is over: other processes may begin theirs, and requests are served. */
  endStart(): Promise<void>
  /** After the store is closed. */
  close(): Promise<void>
}

export type DatabaseOpening =
  | { readonly kind: 'opened'; readonly database: OpenedDatabase }
  /** One plain sentence for the operator; it never holds a password. */
  | { readonly kind: 'failed'; readonly message: string }
