import { TokenRenewer } from '@helvino/token/core'
import { withToken } from '@helvino/token/with-token'

/** The part of the token package that a world runs: ours, or a copy of it with a fault built in. */
export interface RenewalEngine {
  readonly TokenRenewer: typeof TokenRenewer
  readonly withToken: typeof withToken
}

export const ourEngine: RenewalEngine = { TokenRenewer, withToken }
