import { anyFetch } from '@helvino/runtime/system-anywhere'
import { requestFetch, type RequestFetchOptions } from './request-fetch.ts'
import type { TokenSource } from './with-token.ts'

/** The `fetch` option of openapi-fetch. */
export interface OpenapiFetchTokenOptions {
  readonly fetch: (request: Request) => Promise<Response>
}

/**
 * Sends every request of an openapi-fetch client with the token of that moment, after its middleware; a 401 is reported, and sent once more.
 *
 * @example `const api = createClient<paths>({ baseUrl, ...openapiFetchToken(renewer) })`
 */
export function openapiFetchToken(renewer: TokenSource, options: RequestFetchOptions = {}): OpenapiFetchTokenOptions {
  const send = requestFetch(renewer, options.fetch ?? anyFetch, options)
  // openapi-fetch hands over a second argument; taken as well, though its type does not tell of it.
  return { fetch: (request: Request, init?: RequestInit) => send(request, init) }
}
