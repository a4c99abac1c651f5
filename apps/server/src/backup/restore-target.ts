import type { BackupHead, BackupPart, RowCounts } from './backup-lines.ts'

/** What a restore fills: all of it, or nothing. */
export interface RestoreTarget {
  /** Where what is filled is found, for a person. */
  readonly place: string
  /**
   * Takes the tables and their rows, and keeps them only where `parts` ends by itself. `beforeKept` runs when all of it is written and read
   * well, and before it is there.
   */
  fill(
    parts: AsyncGenerator<BackupPart, RowCounts, undefined>,
    head: BackupHead,
    beforeKept: () => void,
  ): Promise<RowCounts>
}
