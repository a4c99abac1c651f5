export type { AuthorizedFetch, AuthorizedInit } from './authorized-fetch.ts'
export type { SendOptions } from './authorized-send.ts'
export {
  createTokenRenewer,
  type CreateTokenRenewerOptions,
  type FetchingTokenRenewer,
} from './create-token-renewer.ts'
export type { AskedAt, IssuedToken } from './held-token.ts'
export type { TokenRenewer } from './renewer.ts'
export type { TokenAnswer } from './renewer-options.ts'
export type { RenewerSnapshot } from './renewer-snapshot.ts'
export { TokenError, type TokenErrorCode } from './token-error.ts'
export type { RenewalCause, TokenEvent } from './token-event.ts'
export type { WaitOptions } from './waiting-line.ts'
export type { SendTerms, TokenSource } from './with-token.ts'
