import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { type KeyFile, keyFileAt } from './key-file.ts'
import { type KeyRing, openKeyRing, openKeyRingOn, type PinnedSecret } from './key-ring.ts'
import { testFolder } from '../../tests/test-folder.ts'

function setUp() {
  const folder = testFolder()
  const clock = new SimClock()
  const problems: string[] = []
  let opened = 0
  const reopen = (pinned?: readonly PinnedSecret[]) => {
    opened += 1
    const random = new SimRandom(`ring ${String(opened)}`)
    return openKeyRing({ folder, pinned, clock, random, onProblem: (message) => problems.push(message) })
  }
  const open = (pinned?: readonly PinnedSecret[]): KeyRing => {
    const opening = reopen(pinned)
    if (opening.kind !== 'ok') throw new Error(opening.message)
    return opening.keyRing
  }
  return { folder, path: join(folder, 'keys.json'), clock, problems, open, reopen }
}

const openOn = (file: KeyFile, clock: SimClock) =>
  openKeyRingOn(file, { pinned: undefined, clock, random: new SimRandom('other'), onProblem: () => undefined })

const knows = (ring: KeyRing, header: string) => ring.verifyingKey('org-token', header) !== undefined
const signs = (ring: KeyRing) => ring.signingKey('org-token').headerPart
const pin = (kid: string, fill: number): PinnedSecret => ({ kid, secret: new Uint8Array(32).fill(fill) })

describe('key ring', () => {
  it('[KEY1] makes its keys at the first start, readable by the owner alone, and finds them again', () => {
    const { folder, path, open } = setUp()
    const first = open()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['keys.json'])
    const second = open()
    expect(signs(second)).toBe(signs(first))
    expect(second.visitorKey).toEqual(first.visitorKey)
    expect(second.signingKey('org-token').key.equals(first.signingKey('org-token').key)).toBe(true)
  })

  it('[KEY2] has a key of its own for each purpose', () => {
    const ring = setUp().open()
    const org = ring.signingKey('org-token')
    const agent = ring.signingKey('agent-token')
    expect(org.key.equals(agent.key)).toBe(false)
    expect(org.headerPart).not.toBe(agent.headerPart)
    expect(ring.verifyingKey('agent-token', org.headerPart)).toBeUndefined()
    expect(org.key.export().equals(Buffer.from(ring.visitorKey))).toBe(false)
  })

  it('[KEY3] signs with the new key after a rotation and verifies with the old one for an hour', async () => {
    const { clock, open } = setUp()
    const ring = open()
    const before = signs(ring)
    const { visitorKey } = ring
    expect(ring.rotate().kind).toBe('rotated')
    expect(signs(ring)).not.toBe(before)
    await clock.advance(3_599_999)
    expect(knows(ring, before)).toBe(true)
    await clock.advance(1)
    expect(knows(ring, before)).toBe(false)
    expect(knows(open(), before)).toBe(false)
    expect(open().visitorKey).toEqual(visitorKey)
  })

  it('[KEY4] takes over a rotation by another process within a second, with no restart', async () => {
    const { clock, open } = setUp()
    const [ours, theirs] = [open(), open()]
    await clock.advance(1_000)
    ours.verifyingKey('org-token', 'unknown')
    theirs.rotate()
    expect(knows(ours, signs(theirs))).toBe(false)
    await clock.advance(1_000)
    expect(knows(ours, signs(theirs))).toBe(true)
    expect(signs(ours)).toBe(signs(theirs))
  })

  it('[KEY4] forgets a key that the operator takes out of the file', async () => {
    const { path, clock, open } = setUp()
    const ring = open()
    const leaked = signs(ring)
    ring.rotate()
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { signingKeys: unknown[] }
    writeFileSync(path, JSON.stringify({ ...stored, signingKeys: stored.signingKeys.slice(0, 1) }))
    await clock.advance(1_000)
    expect(knows(ring, leaked)).toBe(false)
  })

  it('[KEY5] keeps its keys, and reports once, where the changed file is damaged, gone or has another visitor key', async () => {
    const { path, clock, problems, open } = setUp()
    const ring = open()
    const header = signs(ring)
    const intact = readFileSync(path, 'utf8')
    const spoil = [
      () => {
        writeFileSync(path, intact.slice(0, 50))
      },
      () => {
        rmSync(path)
      },
      () => {
        // Neither can be opened nor asked for its state: ELOOP.
        symlinkSync(path, path)
      },
      () => {
        rmSync(path)
        const other = Buffer.alloc(32, 1).toString('base64url')
        writeFileSync(path, JSON.stringify({ ...JSON.parse(intact), visitorKey: other }), { mode: 0o600 })
      },
    ]
    for (const [index, damage] of spoil.entries()) {
      damage()
      for (let second = 0; second < 3; second += 1) {
        await clock.advance(1_000)
        expect(signs(ring)).toBe(header)
      }
      expect(problems).toHaveLength(index + 1)
    }
    expect(ring.rotate().kind).toBe('failed')
    expect(signs(ring)).toBe(header)
  })

  it.each([
    [
      'is damaged',
      (path: string) => {
        writeFileSync(path, '{}')
      },
    ],
    [
      'has no key',
      (path: string) => {
        const stored = JSON.parse(readFileSync(path, 'utf8')) as object
        writeFileSync(path, JSON.stringify({ ...stored, signingKeys: [] }))
      },
    ],
    [
      'has a short key',
      (path: string) => {
        const stored = JSON.parse(readFileSync(path, 'utf8')) as object
        writeFileSync(path, JSON.stringify({ ...stored, signingKeys: [{ kid: 'a', secret: 'AAAA' }] }))
      },
    ],
    [
      'has no key that signs',
      (path: string) => {
        const stored = JSON.parse(readFileSync(path, 'utf8')) as { signingKeys: object[] }
        const signingKeys = stored.signingKeys.map((key) => ({ ...key, retireAtMs: 1 }))
        writeFileSync(path, JSON.stringify({ ...stored, signingKeys }))
      },
    ],
    [
      'may be read by others',
      (path: string) => {
        chmodSync(path, 0o644)
      },
    ],
  ])('[KEY6] does not open on a file that %s, and leaves the file alone', (_name, spoil) => {
    const { path, open, reopen } = setUp()
    open()
    spoil(path)
    const before = readFileSync(path)
    const opening = reopen()
    expect(opening.kind).toBe('invalid')
    expect(readFileSync(path)).toEqual(before)
  })

  it('[KEY9] never signs with a key that is to retire, wherever it stands in the file', async () => {
    const { path, clock, open } = setUp()
    const ring = open()
    const retired = signs(ring)
    ring.rotate()
    const newest = signs(ring)
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { signingKeys: unknown[] }
    writeFileSync(path, JSON.stringify({ ...stored, signingKeys: stored.signingKeys.toReversed() }))
    await clock.advance(1_000)
    expect(signs(ring)).toBe(newest)
    expect(knows(ring, retired)).toBe(true)
  })

  it("[KEY7] takes pinned keys in the place of the file's: the first signs, all verify, none rotates", async () => {
    const { clock, open, reopen } = setUp()
    const fromFile = signs(open())
    const older = signs(open([pin('a', 1)]))
    const ring = open([pin('b', 2), pin('a', 1)])
    expect(ring.signingKey('org-token').kid).toBe('b')
    expect(knows(ring, older)).toBe(true)
    expect(knows(ring, fromFile)).toBe(false)
    expect(ring.rotate()).toEqual({ kind: 'pinned' })
    open().rotate()
    await clock.advance(2_000)
    expect(ring.signingKey('org-token').kid).toBe('b')
    expect(reopen([]).kind).toBe('invalid')
  })

  it('[CV47] uses the keys of another process that has made them in the same moment', () => {
    const { path, clock, open } = setUp()
    const theirs = open()
    const file = keyFileAt(path)
    let reads = 0
    const late: KeyFile = { ...file, read: () => ((reads += 1) === 1 ? { kind: 'missing' } : file.read()) }
    const before = readFileSync(path)
    const ours = openOn(late, clock)
    expect(ours.kind === 'ok' && signs(ours.keyRing)).toBe(signs(theirs))
    expect(readFileSync(path)).toEqual(before)
  })

  it('[CV48] does not open where its keys cannot be put, or do not stay, and says which', () => {
    const { folder, clock } = setUp()
    const nowhere = join(folder, 'nowhere')
    symlinkSync(join(folder, 'gone'), nowhere)
    expect(openOn(keyFileAt(join(nowhere, 'keys.json')), clock)).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/cannot be written: Error: E/) as string,
    })
    const forgetful: KeyFile = { ...keyFileAt('/nowhere'), read: () => ({ kind: 'missing' }), write: () => undefined }
    expect(openOn(forgetful, clock)).toEqual({
      kind: 'invalid',
      message: 'The key file /nowhere cannot be written: it does not stay where it is put.',
    })
  })

  it('[CV49] goes on with the keys that it has where new ones cannot be written', () => {
    const { path, open } = setUp()
    const ring = open()
    const before = signs(ring)
    mkdirSync(`${path}.${String(process.pid)}.new`)
    expect(ring.rotate()).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('cannot be written') as string,
    })
    expect(signs(ring)).toBe(before)
  })

  it('[CV50] signs nothing where every key that it is given is to retire', () => {
    const { path, clock, open } = setUp()
    const header = signs(open())
    const file = keyFileAt(path)
    const retiring: KeyFile = {
      ...file,
      read() {
        const reading = file.read()
        if (reading.kind !== 'ok') return reading
        const signingKeys = reading.keys.signingKeys.map((key) => ({ ...key, retireAtMs: clock.nowMs() + 1_000 }))
        return { ...reading, keys: { ...reading.keys, signingKeys } }
      },
    }
    const opening = openOn(retiring, clock)
    if (opening.kind !== 'ok') throw new Error(opening.message)
    expect(knows(opening.keyRing, header)).toBe(true)
    expect(() => opening.keyRing.signingKey('org-token')).toThrow('no key that signs')
  })

  it('[KEY8] keeps at most 16 keys', () => {
    const { path, open } = setUp()
    const ring = open()
    for (let count = 0; count < 20; count += 1) ring.rotate()
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { signingKeys: unknown[] }
    expect(stored.signingKeys).toHaveLength(16)
  })
})
