import { createHash } from 'node:crypto'
import { asRecord, asString, parseJson } from '@helvino/protocol'
import { BackupError } from './backup-error.ts'

/** A value as SQLite keeps it, which the other database's turn into. */
export type BackupValue = string | number | null

/** What a backup begins with. */
export interface BackupHead {
  readonly takenAt: string
  readonly dialect: 'sqlite' | 'postgres'
  /** Of the data, in that dialect's own count. */
  readonly format: number
}

/** A line of a backup. They come in this order: the head, the keys, each table with its rows. */
export type BackupPart =
  | ({ readonly kind: 'head' } & BackupHead)
  /** The text of the key file. */
  | { readonly kind: 'keys'; readonly text: string }
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly values: readonly BackupValue[] }

/** By table. */
export type RowCounts = ReadonlyMap<string, number>

const fileVersion = 1
/** Of one line, in characters: far beyond the longest message. */
const longestLine = 16 * 1_024 * 1_024
/** Lines are handed on in pieces of about so many characters. */
const pieceLength = 64 * 1_024

function encodePart(part: BackupPart): string {
  switch (part.kind) {
    case 'head': {
      const { takenAt, dialect, format } = part
      return JSON.stringify({ helvinoBackup: fileVersion, takenAt, dialect, format })
    }
    case 'keys':
      return JSON.stringify({ keys: part.text })
    case 'table':
      return JSON.stringify({ table: part.name, columns: part.columns })
    case 'row':
      return JSON.stringify(part.values)
  }
}

/** Counts rows by table, as they come by. */
class RowCounter {
  readonly counts = new Map<string, number>()
  #table = ''

  see(part: BackupPart): void {
    if (part.kind === 'table') this.#table = part.name
    if (part.kind === 'table' || part.kind === 'row')
      this.counts.set(this.#table, (this.counts.get(this.#table) ?? -1) + 1)
  }
}

/** The text of a backup: its parts, and a last line that counts the rows of each table and has the SHA-256 of all lines before it. */
export async function* backupText(parts: AsyncIterable<BackupPart>): AsyncGenerator<string, void, undefined> {
  const hash = createHash('sha256')
  const counter = new RowCounter()
  let piece = ''
  for await (const part of parts) {
    counter.see(part)
    piece += `${encodePart(part)}\n`
    if (piece.length < pieceLength) continue
    hash.update(piece)
    yield piece
    piece = ''
  }
  hash.update(piece)
  yield `${piece}${JSON.stringify({ rows: Object.fromEntries(counter.counts), sha256: hash.digest('hex') })}\n`
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const piece of text) {
    // By the line feed alone: a message may hold characters that other readers take for the end of a line.
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new BackupError('The backup is damaged: it has a line without an end')
    yield* lines
  }
  if (rest !== '') throw new BackupError('The backup is damaged: its end is missing')
}

const isValue = (value: unknown): value is BackupValue =>
  value === null || typeof value === 'string' || typeof value === 'number'

function decodeHead(record: Readonly<Record<string, unknown>>): BackupPart | undefined {
  const { helvinoBackup: version, dialect, format } = record
  if (typeof version === 'number' && version > fileVersion)
    throw new BackupError('The backup was made by a newer Helvino: put it back with that version')
  const takenAt = asString(record['takenAt'])
  const isKnown = dialect === 'sqlite' || dialect === 'postgres'
  if (version !== fileVersion || takenAt === undefined || !isKnown || typeof format !== 'number') return undefined
  return { kind: 'head', takenAt, dialect, format }
}

function decodePart(value: unknown): BackupPart | undefined {
  if (Array.isArray(value)) return value.every(isValue) ? { kind: 'row', values: value } : undefined
  const record = asRecord(value)
  if (!record) return undefined
  if ('helvinoBackup' in record) return decodeHead(record)
  const text = asString(record['keys'])
  if (text !== undefined) return { kind: 'keys', text }
  const name = asString(record['table'])
  const { columns } = record
  if (name === undefined || !Array.isArray(columns) || !columns.every((column) => typeof column === 'string'))
    return undefined
  return { kind: 'table', name, columns }
}

/** The parts of a backup, as they are read. That the text is whole and as it was written is known when the last one has come: before, nothing of it counts. */
export async function* backupParts(text: AsyncIterable<string>): AsyncGenerator<BackupPart, RowCounts, undefined> {
  const hash = createHash('sha256')
  const counter = new RowCounter()
  let lastLine: Readonly<Record<string, unknown>> | undefined
  let isFirst = true
  for await (const line of linesOf(text)) {
    if (lastLine) throw new BackupError('The backup is damaged: something follows its end')
    const value = parseJson(line)
    const record = asRecord(value)
    if (record && 'sha256' in record) {
      lastLine = record
      continue
    }
    const part = decodePart(value)
    if (isFirst && part?.kind !== 'head') throw new BackupError('That is no backup of Helvino')
    if (!part) throw new BackupError('The backup is damaged: it holds a line that makes no sense')
    isFirst = false
    hash.update(line).update('\n')
    counter.see(part)
    yield part
  }
  const { counts } = counter
  const isAsCounted = JSON.stringify(lastLine?.['rows']) === JSON.stringify(Object.fromEntries(counts))
  if (!lastLine) throw new BackupError('The backup is damaged: its end is missing')
  if (lastLine['sha256'] !== hash.digest('hex') || !isAsCounted)
    throw new BackupError('The backup is damaged: its checksum is another one')
  return counts
}
