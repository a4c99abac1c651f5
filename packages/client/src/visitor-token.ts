import { decodeBootloader, type UsedBootloaderAnswer } from '@helvino/protocol'
import type { Clock, HttpResponse, Network } from '@helvino/runtime'
import type { AskedAt, IssuedToken, TokenAnswer } from '@helvino/token/core'
import { parseTokenClaim } from '@helvino/token/jwt'
import type { Audience } from './audience.ts'
import { type CallResult, readAnswer, request, unreachable } from './call.ts'

const bootloaderWithinMs = 10_000

/** Asks the bootloader for the organisation's settings and a token. Needs no token; never rejects. */
export async function loadBootloader(
  { apiUrl, identity }: Pick<Audience, 'apiUrl' | 'identity'>,
  network: Network,
  clock: Clock,
  signal: AbortSignal,
): Promise<CallResult<UsedBootloaderAnswer>> {
  const call = { method: 'GET', url: `${apiUrl}/api/bootloader`, headers: identity } as const
  return readBootloader(request(network, clock, call, bootloaderWithinMs, signal), clock)
}

/** What a bootloader call came to. Never rejects. */
export async function readBootloader(
  response: Promise<HttpResponse>,
  clock: Clock,
): Promise<CallResult<UsedBootloaderAnswer>> {
  try {
    return readAnswer(await response, decodeBootloader, clock.nowMs())
  } catch (error) {
    return unreachable(error)
  }
}

// Where neither clock nor token tells how long it lives: short, so that a wrong guess is a refusal that is renewed and replayed unseen.
const unknownLifeMs = 60_000

/**
 * The token in a bootloader's answer, timed by the server's clock: by what it says, else by the moment of issue in the token itself, and
 * only without both by ours. `undefined` for a token without an expiry.
 */
export function issuedBy({ orgToken, timestamp }: UsedBootloaderAnswer, askedWallMs: number): IssuedToken | undefined {
  const expSeconds = parseTokenClaim(orgToken, 'exp')
  if (expSeconds === null) return undefined
  const expiresAtMs = expSeconds * 1_000
  const iatSeconds = parseTokenClaim(orgToken, 'iat')
  const serverNowMs = timestamp === undefined ? NaN : Date.parse(timestamp)
  if (!Number.isNaN(serverNowMs)) return { token: orgToken, expiresAtMs, issuerNowMs: serverNowMs }
  if (iatSeconds !== null) return { token: orgToken, expiresAtMs, issuerNowMs: iatSeconds * 1_000 }
  const issuerNowMs = Math.min(askedWallMs, expiresAtMs - unknownLifeMs)
  return { token: orgToken, expiresAtMs, issuerNowMs }
}

/** The bootloader's answer as the renewer wants it. */
export function asTokenAnswer(result: CallResult<UsedBootloaderAnswer>, asked: AskedAt): TokenAnswer {
  // Told apart from what a conversation or message may be refused for: `not_found` here means an unknown organisation.
  if (result.kind === 'refused') return { kind: 'refused', reason: `bootloader_${result.code}` }
  if (result.kind === 'unreachable')
    return { kind: 'unavailable', reason: result.reason, retryAfterMs: result.retryAfterMs }
  const issued = issuedBy(result.value, asked.wallMs)
  return issued ? { kind: 'issued', asked, ...issued } : { kind: 'unavailable', reason: 'a token without an expiry' }
}
