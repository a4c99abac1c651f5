import type { TokenRenewer } from './renewer.ts'
import type { WaitOptions } from './waiting-line.ts'

/** What is needed of a renewer to send with its token. */
export type TokenSource = Pick<TokenRenewer, 'validToken' | 'reportRefused'>

/** How long the token is waited for, and whether what is sent can be sent again. */
export interface SendTerms extends WaitOptions {
  /** False where what is sent can be read only once: the refusal is then the answer. @defaultValue `true` */
  readonly isRepeatable?: boolean
}

/**
 * Sends with the token, read at that moment. Where the answer says that the token was refused, renews once and sends once more; the second
 * answer stands, and its refusal is told too, so that the renewer stops asking for tokens that do not help. `send` must be safe to repeat:
 * the same idempotency key, a body that can be sent again.
 *
 * @throws {TokenError} where no token could be had; whatever `send` throws.
 */
export async function withToken<Answer>(
  source: TokenSource,
  send: (token: string) => Promise<Answer>,
  isTokenRefusal: (answer: Answer) => boolean,
  { isRepeatable = true, ...wait }: SendTerms = {},
): Promise<Answer> {
  const token = await source.validToken(wait)
  const first = await send(token)
  if (!isTokenRefusal(first)) return first
  source.reportRefused(token)
  if (!isRepeatable) return first
  const renewed = await source.validToken(wait)
  const second = await send(renewed)
  if (isTokenRefusal(second)) source.reportRefused(renewed)
  return second
}
