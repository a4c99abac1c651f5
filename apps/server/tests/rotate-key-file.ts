import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { openKeyRing } from '../src/auth/key-ring.ts'

/** Puts a new signing key into the key file of a data folder, as an operator does beside the running server, which takes it within a second. */
export function rotateKeyFile(dataFolder: string): void {
  const opening = openKeyRing({
    folder: dataFolder,
    pinned: undefined,
    clock: systemClock,
    random: systemRandom,
    onProblem: (why) => {
      throw new Error(why)
    },
  })
  if (opening.kind === 'invalid') throw new Error(opening.message)
  const rotation = opening.keyRing.rotate()
  if (rotation.kind !== 'rotated') throw new Error(`the key was not rotated: ${rotation.kind}`)
}
