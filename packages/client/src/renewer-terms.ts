import type { Runtime } from '@helvino/runtime'
import type { TokenRenewerOptions } from '@helvino/token/core'
import { ownedName, type OwnerKey } from './owner.ts'

/**
 * How a chat keeps its token, whoever's it is. A write waits for the successor of a token that is due: one that leaves in its last seconds
 * may arrive when it has expired, and no write is to be refused.
 */
export const renewerTerms = (
  { clock, random, life, locks, channels }: Runtime,
  owner: OwnerKey,
): Omit<TokenRenewerOptions, 'fetchToken'> => ({
  ...{ clock, random, life },
  tabs: { name: ownedName(owner, 'token'), locks, channels },
  holdBackMs: Infinity,
})
