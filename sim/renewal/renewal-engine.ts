import { TokenRenewer } from '@helvino/token'

/** The part of the token package that a world runs: ours, or a copy of it with a fault built in. */
export interface RenewalEngine {
  readonly TokenRenewer: typeof TokenRenewer
}

export const ourEngine: RenewalEngine = { TokenRenewer }

/** Whether tabs of one origin use one token: what holds per origin is asked for only then. */
export const isTokenShared: boolean = true
