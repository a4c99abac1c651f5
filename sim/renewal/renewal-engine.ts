import { TokenRenewer } from '@helvino/token/core'

/** The part of the token package that a world runs: ours, or a copy of it with a fault built in. */
export interface RenewalEngine {
  readonly TokenRenewer: typeof TokenRenewer
}

export const ourEngine: RenewalEngine = { TokenRenewer }
