import { type BootloaderAnswer, decodeBootloader } from '@helvino/protocol'
import type { Clock, HttpResponse, Network } from '@helvino/runtime'
import { type IssuedToken, parseTokenExpiration, type TokenAnswer } from '@helvino/token'
import type { Audience } from './audience.ts'
import { type CallResult, readAnswer, request, unreachable } from './call.ts'

const bootloaderWithinMs = 10_000

/** Asks the bootloader for the organisation's settings and a token. Needs no token; never rejects. */
export async function loadBootloader(
  { apiUrl, identity }: Pick<Audience, 'apiUrl' | 'identity'>,
  network: Network,
  clock: Clock,
  signal: AbortSignal,
): Promise<CallResult<BootloaderAnswer>> {
  const call = { method: 'GET', url: `${apiUrl}/api/bootloader`, headers: identity } as const
  return readBootloader(request(network, clock, call, bootloaderWithinMs, signal), clock)
}

/** What a bootloader call came to. Never rejects. */
export async function readBootloader(
  response: Promise<HttpResponse>,
  clock: Clock,
): Promise<CallResult<BootloaderAnswer>> {
  try {
    return readAnswer(await response, decodeBootloader, clock.nowMs())
  } catch (error) {
    return unreachable(error)
  }
}

/** The token in a bootloader's answer, timed by the server's clock alone; `undefined` for a token without an expiry. */
export function issuedBy({ orgToken, timestamp }: BootloaderAnswer, nowMs: number): IssuedToken | undefined {
  const expSeconds = parseTokenExpiration(orgToken)
  if (expSeconds === null) return undefined
  const serverNowMs = Date.parse(timestamp ?? '')
  // A server that does not tell its time leaves only our own clock; a wrong one then costs a refused token, renewed and replayed unseen.
  return {
    token: orgToken,
    expiresAtMs: expSeconds * 1_000,
    issuerNowMs: Number.isNaN(serverNowMs) ? nowMs : serverNowMs,
  }
}

/** The bootloader's answer as the renewer wants it. */
export function asTokenAnswer(result: CallResult<BootloaderAnswer>, nowMs: number): TokenAnswer {
  if (result.kind === 'refused') return { kind: 'refused', reason: result.code }
  if (result.kind === 'unreachable')
    return { kind: 'unavailable', reason: result.reason, retryAfterMs: result.retryAfterMs }
  const issued = issuedBy(result.value, nowMs)
  return issued ? { kind: 'issued', ...issued } : { kind: 'unavailable', reason: 'a token without an expiry' }
}
