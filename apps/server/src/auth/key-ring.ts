import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Clock, Random } from '@helvino/runtime'
import { type KeyFile, keyFileAt, leastSecretBytes, type StoredKey, type StoredKeys } from './key-file.ts'

/** What a key may sign. Each purpose has a key of its own, so that no token can stand for another kind. */
export type KeyPurpose = 'org-token' | 'agent-token'

const tokenTypes: Record<KeyPurpose, string> = { 'org-token': 'OrgToken', 'agent-token': 'AgentToken' }

/** A signing key that the operator gives instead of the file's. */
export interface PinnedSecret {
  readonly kid: string
  /** At least 32 bytes. */
  readonly secret: Uint8Array
}

export interface TokenKey {
  readonly kid: string
  /** The first part of every token that this key signs: `{ alg, typ, kid }`, in base64url. */
  readonly headerPart: string
  readonly key: KeyObject
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly kid: string }
  /** The environment names the keys: they change there. */
  | { readonly kind: 'pinned' }
  | { readonly kind: 'failed'; readonly message: string }

export interface KeyRing {
  /** The newest key. */
  signingKey(purpose: KeyPurpose): TokenKey
  /** The key whose tokens begin with exactly this header; every key that is kept verifies. */
  verifyingKey(purpose: KeyPurpose, headerPart: string): KeyObject | undefined
  /** Never rotates: the identity of every visitor hangs on it. */
  readonly visitorKey: Uint8Array
  /** A new key signs from here on; the one before verifies for another hour. */
  rotate(): Rotation
}

export type KeyRingOpening =
  { readonly kind: 'ok'; readonly keyRing: KeyRing } | { readonly kind: 'invalid'; readonly message: string }

export interface KeyRingTerms {
  /** The first one signs, all verify. */
  readonly pinned: readonly PinnedSecret[] | undefined
  readonly clock: Clock
  readonly random: Random
  /** Hears, once each, why a changed key file was not taken; the keys before it stay in force. */
  readonly onProblem: (message: string) => void
}

export interface KeyRingOptions extends KeyRingTerms {
  /** The data folder; made where it is missing. */
  readonly folder: string
}

/** Longer than any token lives (600 s) and clocks differ (60 s). */
const overlapMs = 3_600_000
/** How often, in ms, a changed file is looked for at most. */
const recheckEveryMs = 1_000
const maxKeys = 16

interface RingKey extends TokenKey {
  readonly retireAtMs: number | undefined
}

type RingKeys = Record<KeyPurpose, readonly RingKey[]>

function deriveKeys(stored: readonly StoredKey[]): RingKeys {
  const derive = (purpose: KeyPurpose) =>
    stored.map(({ kid, secret, retireAtMs }): RingKey => {
      const header = JSON.stringify({ alg: 'HS256', typ: tokenTypes[purpose], kid })
      return {
        kid,
        headerPart: Buffer.from(header).toString('base64url'),
        // RFC 5869; the secret has full entropy, so that no salt is needed.
        key: createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `helvino/${purpose}/1`, 32))),
        retireAtMs,
      }
    })
  return { 'org-token': derive('org-token'), 'agent-token': derive('agent-token') }
}

const newKey = (random: Random): StoredKey => ({
  kid: Buffer.from(random.bytes(9)).toString('base64url'),
  secret: random.bytes(leastSecretBytes),
  retireAtMs: undefined,
})

/** What stands between the file and the keys in use: re-read when it has changed, with no restart. */
function watchKeyFile(file: KeyFile, first: StoredKeys, firstVersion: string, options: KeyRingTerms) {
  const { clock, onProblem } = options
  const { path } = file
  let version = firstVersion
  let checkedAtMs = clock.monotonicMs()
  let problem: string | undefined

  function reject(message: string): StoredKeys | undefined {
    if (message !== problem) onProblem(message)
    problem = message
    return undefined
  }

  /** The keys, where the file has changed since. */
  function reread(): StoredKeys | undefined {
    const reading = file.read()
    if (reading.kind !== 'ok')
      return reject(reading.kind === 'missing' ? `The key file ${path} is gone.` : reading.message)
    if (Buffer.compare(reading.keys.visitorKey, first.visitorKey) !== 0)
      return reject(`The key file ${path} has another visitor key: restore the one before.`)
    version = reading.version
    problem = undefined
    return reading.keys
  }

  function changed(): StoredKeys | undefined {
    const nowMs = clock.monotonicMs()
    if (nowMs - checkedAtMs < recheckEveryMs) return undefined
    checkedAtMs = nowMs
    return file.version() === version ? undefined : reread()
  }

  return { reread, changed }
}

function createKeyRing(kept: KeyFile, stored: StoredKeys, version: string, options: KeyRingTerms): KeyRing {
  const { pinned, clock, random } = options
  const { path } = kept
  const file = watchKeyFile(kept, stored, version, options)
  const pinnedKeys = pinned?.map(({ kid, secret }) => ({ kid, secret, retireAtMs: undefined }))
  let keys = deriveKeys(pinnedKeys ?? stored.signingKeys)

  function current(purpose: KeyPurpose): readonly RingKey[] {
    const changed = pinnedKeys ? undefined : file.changed()
    if (changed) keys = deriveKeys(changed.signingKeys)
    return keys[purpose]
  }

  return {
    visitorKey: stored.visitorKey,
    signingKey(purpose) {
      // Newest first; one that is to retire is kept for verifying only.
      const newest = current(purpose).find(({ retireAtMs }) => retireAtMs === undefined)
      if (!newest) throw new Error('the key ring has no key that signs')
      return newest
    },
    verifyingKey(purpose, headerPart) {
      const found = current(purpose).find((key) => key.headerPart === headerPart)
      return found && (found.retireAtMs === undefined || clock.nowMs() < found.retireAtMs) ? found.key : undefined
    },
    rotate() {
      if (pinnedKeys) return { kind: 'pinned' }
      const nowMs = clock.nowMs()
      try {
        const before = file.reread()
        if (!before) return { kind: 'failed', message: `The key file ${path} cannot be read.` }
        const retiring = before.signingKeys
          .map((key) => ({ ...key, retireAtMs: key.retireAtMs ?? nowMs + overlapMs }))
          .filter((key) => nowMs < key.retireAtMs)
        const newest = newKey(random)
        const signingKeys = [newest, ...retiring].slice(0, maxKeys)
        kept.write({ ...before, signingKeys }, 'replace')
        keys = deriveKeys(signingKeys)
        return { kind: 'rotated', kid: newest.kid }
      } catch (error) {
        return { kind: 'failed', message: `The key file ${path} cannot be written: ${String(error)}.` }
      }
    },
  }
}

/** Opens the ring, making its keys at the first start. The message of `invalid` is one plain sentence for the operator. */
export const openKeyRing = ({ folder, ...terms }: KeyRingOptions): KeyRingOpening =>
  openKeyRingOn(keyFileAt(join(folder, 'keys.json')), terms)

/** As `openKeyRing`, wherever the keys are kept. */
export function openKeyRingOn(file: KeyFile, terms: KeyRingTerms): KeyRingOpening {
  const { pinned, random } = terms
  const { path } = file
  if (pinned?.length === 0) return { kind: 'invalid', message: 'No key is pinned: leave the setting out, or name one.' }
  let reading = file.read()
  if (reading.kind === 'missing') {
    let problem: unknown = 'it does not stay where it is put'
    try {
      file.write({ visitorKey: random.bytes(leastSecretBytes), signingKeys: [newKey(random)] }, 'create')
    } catch (error) {
      // Of two processes that start at once one makes the keys: the other one finds them all the same.
      problem = error
    }
    reading = file.read()
    if (reading.kind === 'missing')
      return { kind: 'invalid', message: `The key file ${path} cannot be written: ${String(problem)}.` }
  }
  if (reading.kind === 'invalid') return reading
  return { kind: 'ok', keyRing: createKeyRing(file, reading.keys, reading.version, terms) }
}
