import { authorizeBearer, sendAuthorized, type SendOptions } from './authorized-send.ts'
import type { TokenSource } from './with-token.ts'

/** As for `fetch`; `body` may be a function, which is called anew each time the request is sent. */
export interface AuthorizedInit extends Omit<RequestInit, 'body'> {
  body?: BodyInit | null | (() => BodyInit | null)
  /** Where the body is a stream. */
  duplex?: 'half'
}

/** `fetch` with the token. Rejects as `fetch` does, and with a `TokenError` where no token could be had. */
export type AuthorizedFetch = (input: string | URL | Request, init?: AuthorizedInit) => Promise<Response>

const isRequest = (input: string | URL | Request): input is Request => typeof input === 'object' && 'bodyUsed' in input

/** Some browsers do not show a request's body; there its method tells whether it may have one. */
const hasBody = ({ body, method }: Request): boolean =>
  body === undefined ? method !== 'GET' && method !== 'HEAD' : body !== null

/** A stream, of the web or of Node, can be read once. */
const isReadOnce = (body: BodyInit): boolean =>
  typeof body === 'object' && ('getReader' in body || Symbol.asyncIterator in body)

function isRepeatable(input: string | URL | Request, body: AuthorizedInit['body']): boolean {
  if (typeof body === 'function') return true
  if (body !== undefined && body !== null) return !isReadOnce(body)
  return !isRequest(input) || !hasBody(input)
}

/**
 * Wraps `fetch` so that each request carries the token of the moment it is sent, and is sent once more, with the same headers, where the token
 * is refused. What can be read only once (a stream, a `Request` with a body) is not sent again: its 401 is the answer.
 */
export function authorizedFetch(
  source: TokenSource,
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>,
  { authorize = authorizeBearer, isTokenRefusal }: SendOptions = {},
): AuthorizedFetch {
  return async (input, { body, ...init } = {}) => {
    const given = isRequest(input) ? input : undefined
    // Read once: headers that the caller changes meanwhile must not make the second request another one.
    const headers = new Headers(init.headers ?? given?.headers)
    const send = (token: string) => {
      const own = new Headers(headers)
      authorize(own, token)
      const sent = typeof body === 'function' ? body() : body
      return fetch(input, { ...init, headers: own, ...(sent !== undefined && { body: sent }) })
    }
    const signal = init.signal ?? given?.signal
    return sendAuthorized(source, { send, isRepeatable: isRepeatable(input, body), isTokenRefusal, signal })
  }
}
