import { anyFetch } from '@helvino/runtime/system-anywhere'
import { requestFetch, type RequestFetchOptions } from './request-fetch.ts'
import type { TokenSource } from './with-token.ts'

/** The `fetch` option of ky, for `ky.create` and `ky.extend`. ky's hooks must not return another request for a 401: it is answered here. */
export interface KyTokenOptions {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
}

/**
 * Sends every request of a ky instance with the token of that moment, ky's own retries included; a 401 is reported, and sent once more.
 *
 * @example `const api = ky.extend(kyToken(renewer))`
 */
export function kyToken(renewer: TokenSource, options: RequestFetchOptions = {}): KyTokenOptions {
  const send = requestFetch(renewer, options.fetch ?? anyFetch, options)
  return { fetch: (input, init) => (input instanceof Request ? send(input, init) : send(new Request(input, init))) }
}
