import { TokenError } from './token-error.ts'
import { type TokenSource, withToken } from './with-token.ts'

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

/** `withToken` as `fetch` would have it: an abort rejects with the signal's own reason. */
export async function sendAuthorized(
  source: TokenSource,
  { send, isRepeatable, isTokenRefusal = ({ status }) => status === 401, signal }: Sending,
): Promise<Response> {
  let refused: Response | undefined
  const sendNext = async (token: string) => {
    // An answer that nobody reads would keep its connection.
    void refused?.body?.cancel().catch(() => {})
    return (refused = await send(token))
  }
  try {
    return await withToken(source, sendNext, isTokenRefusal, { isRepeatable, signal })
  } catch (error) {
    void refused?.body?.cancel().catch(() => {})
    throw error instanceof TokenError && error.code === 'aborted' ? error.cause : error
  }
}
