import { asRecord, asString, parseJson } from '@helvino/protocol'
import type { Clock, HttpRequest, HttpResponse, Network } from '@helvino/runtime'
import { parseRetryAfter } from '@helvino/token/retry-after'

/** What one HTTP call came to. */
export type CallResult<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  /** The server said no, and will say no again. `code` as in the wire contract, or `http_<status>` where it named none. */
  | { readonly kind: 'refused'; readonly code: string }
  /** No usable answer; asking again can help. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly retryAfterMs: number | undefined }

/** One request, given up after `withinMs`. @throws what the network throws, or the signal's reason. */
export async function request(
  network: Pick<Network, 'request'>,
  clock: Clock,
  httpRequest: HttpRequest,
  withinMs: number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const stop = new AbortController()
  const onAbort = () => {
    stop.abort(signal.reason)
  }
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const cancel = clock.startTimer(withinMs, () => {
    stop.abort(new Error(`no answer within ${withinMs} ms`))
  })
  try {
    return await network.request(httpRequest, stop.signal)
  } finally {
    cancel()
    signal.removeEventListener('abort', onAbort)
  }
}

// Timeouts, conflicts that pass, "too early", rate limits and every fault of the server: the same request may succeed later.
const isPassing = (status: number): boolean => status >= 500 || [408, 409, 425, 429].includes(status)

/** Turns an answer into a result. A 2xx that cannot be decoded is no usable answer. */
export function readAnswer<Value>(
  response: HttpResponse,
  decode: (body: unknown) => Value | undefined,
  nowMs: number,
): CallResult<Value> {
  const body = parseJson(response.body)
  const { status } = response
  if (status >= 200 && status < 300) {
    const value = decode(body)
    if (value !== undefined) return { kind: 'answered', value }
    return { kind: 'unreachable', reason: 'an answer that cannot be read', retryAfterMs: undefined }
  }
  const code = asString(asRecord(body)?.['code']) ?? `http_${status}`
  if (!isPassing(status)) return { kind: 'refused', code }
  return { kind: 'unreachable', reason: code, retryAfterMs: parseRetryAfter(response.header('retry-after'), nowMs) }
}

/** The network's own failure as a result. */
export const unreachable = (error: unknown): CallResult<never> => ({
  kind: 'unreachable',
  reason: error instanceof Error ? error.message : 'unknown',
  retryAfterMs: undefined,
})
