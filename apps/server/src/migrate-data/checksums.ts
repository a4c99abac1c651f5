import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { MovedTable } from './moved-tables.ts'
import type { Row } from './sqlite-source.ts'

/** What is compared of rows that belong together: those of one conversation, or of a whole table. */
export interface Checksum {
  readonly of: string
  readonly rows: number
  readonly sha256: string
}

// The same text for the same value, whichever database it comes from.
const textOf = (row: Row, columns: readonly string[]): string =>
  JSON.stringify(columns.map((column) => (row[column] instanceof Date ? row[column].toISOString() : row[column])))

/** One for each group of rows, which come in the order of the key. */
export async function* checksumsOf(
  { checkedBy }: MovedTable,
  columns: readonly string[],
  rows: Iterable<Row> | AsyncIterable<Row>,
): AsyncGenerator<Checksum, void, undefined> {
  let hash = createHash('sha256')
  let of: string | undefined
  let count = 0
  for await (const row of rows) {
    const group = checkedBy.map((column) => String(row[column])).join(' ')
    if (of !== undefined && group !== of) {
      yield { of, rows: count, sha256: hash.digest('hex') }
      hash = createHash('sha256')
      count = 0
    }
    of = group
    count += 1
    hash.update(textOf(row, columns)).update('\n')
  }
  if (of !== undefined) yield { of, rows: count, sha256: hash.digest('hex') }
}

/** How many pairs agree, or the first that does not. */
export async function compareChecksums(
  source: AsyncGenerator<Checksum, void, undefined>,
  target: AsyncGenerator<Checksum, void, undefined>,
): Promise<{ readonly agreed: number } | { readonly differing: string }> {
  try {
    for (let agreed = 0; ; agreed += 1) {
      const [here, there] = [await source.next(), await target.next()]
      if (here.done && there.done) return { agreed }
      if (!isDeepStrictEqual(here.value, there.value)) return { differing: (here.value ?? there.value)?.of ?? '' }
    }
  } finally {
    // Whatever ended it: a row that is half read keeps its database from being closed.
    await Promise.all([source.return(), target.return()])
  }
}
