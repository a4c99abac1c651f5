import type { Clock, Random } from '@helvino/runtime'
import { createAdmission } from '../src/admission/admission.ts'
import { createFindAddress } from '../src/admission/caller-address.ts'

/** The server's own limits, as they are by default, over the clock of a test; its answers are not counted. */
export const openTestLimits = (clock: Clock, random: Random, trustedProxies = 0) => ({
  admission: createAdmission({ clock, random, scale: 1, overload: { take: () => 0, share: () => 1 } }),
  findAddress: createFindAddress(trustedProxies, () => undefined),
  answers: { count: () => undefined },
})
