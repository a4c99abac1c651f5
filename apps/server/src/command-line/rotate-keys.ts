import { join } from 'node:path'
import { keyFileAt } from '../auth/key-file.ts'
import { openKeyRing } from '../auth/key-ring.ts'
import type { Command } from './command.ts'

export const rotateKeys: Command = {
  name: 'rotate-keys',
  does: 'rotate the keys',
  summary: 'Makes a new signing key',
  about: [
    'A running server takes it within a second, with no restart. The key before goes on verifying for an hour, longer than',
    'any token lives: nobody notices. Servers that have copies of keys.json need the new file copied to each.',
  ],
  operands: [],
  options: {},
  async run({ clock, random, out }, { dataFolder, orgTokenSecrets }) {
    if (orgTokenSecrets !== undefined)
      return {
        kind: 'failed',
        message: 'ORG_TOKEN_SECRETS pins the keys: put a new one before the others there, and start the servers again.',
      }
    const path = join(dataFolder, 'keys.json')
    // Only what is there rotates: a new file in a folder that was named by mistake would rotate nothing.
    if (keyFileAt(path).read().kind === 'missing')
      return {
        kind: 'failed',
        message: `There is no key file ${path}: set HELVINO_DATA_DIR to the server's data folder.`,
      }
    const opening = openKeyRing({ folder: dataFolder, pinned: undefined, clock, random, onProblem: out })
    if (opening.kind === 'invalid') return { kind: 'failed', message: opening.message }
    const rotation = opening.keyRing.rotate()
    if (rotation.kind !== 'rotated')
      return { kind: 'failed', ...(rotation.kind === 'failed' ? { message: rotation.message } : {}) }
    out(`The key ${rotation.kid} signs from now on; the one before verifies for another hour.`)
    return { kind: 'done' }
  },
}
