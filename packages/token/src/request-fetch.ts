import { authorizeBearer, sendAuthorized, type SendOptions } from './authorized-send.ts'
import type { TokenSource } from './with-token.ts'

/** `fetch` as the clients call it that make a `Request` of everything before they send it. */
export type RequestFetch = (request: Request, init?: RequestInit) => Promise<Response>

/** Where `fetch` is not the platform's. */
export interface RequestFetchOptions extends SendOptions {
  /** What sends. @defaultValue the platform's `fetch` */
  readonly fetch?: RequestFetch
}

/** Sends a copy of the request first, so that the request itself is left for a second time; its body is kept in memory until then. */
export function requestFetch(
  source: TokenSource,
  fetch: RequestFetch,
  { authorize = authorizeBearer, isTokenRefusal }: SendOptions,
): RequestFetch {
  return (request, init) => {
    let next = request.clone()
    const send = async (token: string) => {
      const sent = next
      next = request
      authorize(sent.headers, token)
      return fetch(sent, init)
    }
    return sendAuthorized(source, { send, isRepeatable: true, isTokenRefusal, signal: request.signal })
  }
}
