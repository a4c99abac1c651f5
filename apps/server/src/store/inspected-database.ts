/** A database that is only looked at: nothing is migrated, no file is made. */
export interface InspectedDatabase {
  readonly dialect: 'sqlite' | 'postgres'
  /** Of the data in it; 0 where there is none yet. */
  readonly format: number
  /** The newest that this version reads and writes. */
  readonly newestFormat: number
  /** One statement that reads. Rejects as the driver does. */
  ask<Row extends object>(sql: string): Promise<readonly Row[]>
  /** What is read from here on is all of one moment, whatever is written meanwhile. */
  beginSnapshot(): Promise<void>
  /** As `ask`, a part at a time, for what does not fit into memory. One at a time. */
  read(sql: string): AsyncIterable<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

export type Inspection =
  | { readonly kind: 'inspected'; readonly database: InspectedDatabase }
  /** There is no file, or no such database. */
  | { readonly kind: 'missing'; readonly message: string }
  | {
      readonly kind: 'failed'
      /** What the driver calls it; empty where it has no name for it. */
      readonly code: string
      /** One plain sentence for the operator; it holds no password. */
      readonly message: string
    }
