import { SimRandom, type SimClock } from '@helvino/testkit'
import { type KeyRing, openKeyRing } from '../src/auth/key-ring.ts'
import { testFolder } from './test-folder.ts'

/** A ring in a folder of its own, with keys from the seed. */
export function openTestRing(clock: SimClock, seed = 'ring'): KeyRing {
  const opening = openKeyRing({
    folder: testFolder(),
    pinned: undefined,
    clock,
    random: new SimRandom(seed),
    onProblem: (message) => {
      throw new Error(message)
    },
  })
  if (opening.kind !== 'ok') throw new Error(opening.message)
  return opening.keyRing
}
