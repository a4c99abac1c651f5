import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { asRecord, asString, parseJson } from '@helvino/protocol'

/** Secrets shorter than this, in bytes, are refused: a key as long as the hash (RFC 7518 section 3.2). */
export const leastSecretBytes = 32

export interface StoredKey {
  readonly kid: string
  readonly secret: Uint8Array
  /** When it stops verifying; `undefined` for the one that signs. */
  readonly retireAtMs: number | undefined
}

export interface StoredKeys {
  /** Never changes: every visitor's identity is computed with it. */
  readonly visitorKey: Uint8Array
  /** Newest first; at least one does not retire. */
  readonly signingKeys: readonly StoredKey[]
}

export type KeyFileReading =
  | { readonly kind: 'ok'; readonly keys: StoredKeys; readonly version: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly message: string }

/** Where keys are kept. */
export interface KeyFile {
  /** As the operator knows it. */
  readonly path: string
  read(): KeyFileReading
  /** Throws where it cannot be written; `create` also where there is one by now. */
  write(keys: StoredKeys, how: 'create' | 'replace'): void
  /** As `read` gives it; `undefined` where it cannot be told: reading then says why. */
  version(): string | undefined
}

/** The keys in a file of the machine. */
export const keyFileAt = (path: string): KeyFile => ({
  path,
  read: () => readKeyFile(path),
  write: (keys, how) => {
    writeKeyFile(path, keys, how)
  },
  version() {
    try {
      return versionOf(statSync(path, { bigint: true }))
    } catch {
      return undefined
    }
  },
})

const versionOf = ({ mtimeNs, ino, size }: { mtimeNs: bigint; ino: bigint; size: bigint }): string =>
  [mtimeNs, ino, size].join(':')

const fileMode = 0o600
const othersMode = 0o077
const isWindows = process.platform === 'win32'

/** Canonical base64url (RFC 4648 section 5, no padding) of at least `leastSecretBytes`. */
export function decodeSecret(value: unknown): Uint8Array | undefined {
  const text = asString(value)
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text && bytes.length >= leastSecretBytes ? bytes : undefined
}

function decodeKeys(text: string): StoredKeys | undefined {
  const record = asRecord(parseJson(text))
  const visitorKey = decodeSecret(record?.['visitorKey'])
  const list = record?.['signingKeys']
  if (record?.['format'] !== 1 || !visitorKey || !Array.isArray(list)) return undefined
  const signingKeys: StoredKey[] = []
  for (const item of list) {
    const entry = asRecord(item)
    const kid = asString(entry?.['kid'])
    const secret = decodeSecret(entry?.['secret'])
    const retireAtMs = entry?.['retireAtMs'] ?? undefined
    if (!kid || !secret || (retireAtMs !== undefined && typeof retireAtMs !== 'number')) return undefined
    signingKeys.push({ kid, secret, retireAtMs })
  }
  return signingKeys.some(({ retireAtMs }) => retireAtMs === undefined) ? { visitorKey, signingKeys } : undefined
}

function encodeKeys({ visitorKey, signingKeys }: StoredKeys): string {
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const list = signingKeys.map(({ kid, secret, retireAtMs }) => ({ kid, secret: encode(secret), retireAtMs }))
  return `${JSON.stringify({ format: 1, visitorKey: encode(visitorKey), signingKeys: list }, undefined, 2)}\n`
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** Reads and checks the file; a file that somebody else could read, or that is damaged, is `invalid`. */
function readKeyFile(path: string): KeyFileReading {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { kind: 'missing' }
    return { kind: 'invalid', message: `The key file ${path} cannot be opened: ${String(error)}.` }
  }
  try {
    const status = fstatSync(descriptor, { bigint: true })
    if (!isWindows && (Number(status.mode) & othersMode) !== 0)
      return { kind: 'invalid', message: `The key file ${path} may be read by others: set its mode to 600.` }
    const keys = decodeKeys(readFileSync(descriptor, 'utf8'))
    if (!keys) return { kind: 'invalid', message: `The key file ${path} is damaged: restore it from a copy.` }
    return { kind: 'ok', keys, version: versionOf(status) }
  } catch (error) {
    return { kind: 'invalid', message: `The key file ${path} cannot be read: ${String(error)}.` }
  } finally {
    closeSync(descriptor)
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder; there the rename itself is what there is.
  /* v8 ignore next -- @preserve: no test runs on Windows. */
  if (isWindows) return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes the whole file or nothing of it. `create` throws where a file is there already: of two processes that start at once, one makes the
 * keys and both use them.
 */
function writeKeyFile(path: string, keys: StoredKeys, how: 'create' | 'replace'): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = `${path}.${String(process.pid)}.new`
  const descriptor = openSync(temporary, 'w', fileMode)
  try {
    writeSync(descriptor, encodeKeys(keys))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  if (how === 'replace') renameSync(temporary, path)
  else {
    try {
      linkSync(temporary, path)
    } finally {
      rmSync(temporary)
    }
  }
  syncFolder(folder)
}
