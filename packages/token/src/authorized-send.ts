import type { TokenRenewer } from './renewer.ts'
import { TokenError } from './token-error.ts'

/** What is needed of a renewer to send with its token. */
export type TokenSource = Pick<TokenRenewer, 'validToken' | 'reportRefused'>

/** How a token is put on a request, and how its refusal is told. */
export interface SendOptions {
  /** Puts the token on the request. @defaultValue `Authorization: Bearer <token>` */
  readonly authorize?: (headers: Headers, token: string) => void
  /** True where the answer says that the token itself is not taken. @defaultValue status 401 */
  readonly isTokenRefusal?: (response: Response) => boolean
}

export const authorizeBearer = (headers: Headers, token: string): void =>
  headers.set('Authorization', `Bearer ${token}`)

interface Sending {
  /** Called once, or twice where the first token is refused. */
  readonly send: (token: string) => Promise<Response>
  /** False where what is sent can be read only once. */
  readonly isRepeatable: boolean
  readonly isTokenRefusal: ((response: Response) => boolean) | undefined
  readonly signal: AbortSignal | undefined
}

/** The token; an abort rejects as that of `fetch` does, with the signal's own reason. */
async function tokenFor(source: TokenSource, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await source.validToken({ signal })
  } catch (error) {
    throw error instanceof TokenError && error.code === 'aborted' ? error.cause : error
  }
}

/**
 * Sends with the token of that moment. Where it is refused, says so, and sends once more with a renewed one; the second answer stands, and
 * its refusal is told too, so that the renewer stops asking for tokens that do not help.
 */
export async function sendAuthorized(
  source: TokenSource,
  { send, isRepeatable, isTokenRefusal = ({ status }) => status === 401, signal }: Sending,
): Promise<Response> {
  const token = await tokenFor(source, signal)
  const first = await send(token)
  if (!isTokenRefusal(first)) return first
  source.reportRefused(token)
  if (!isRepeatable) return first
  // An answer that nobody reads would keep its connection.
  void first.body?.cancel().catch(() => {})
  const renewed = await tokenFor(source, signal)
  const second = await send(renewed)
  if (isTokenRefusal(second)) source.reportRefused(renewed)
  return second
}
