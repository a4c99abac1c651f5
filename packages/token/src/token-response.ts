import { anyClock } from '@helvino/runtime/system-anywhere'
import type { TokenAnswer } from './renewer-options.ts'
import { parseRetryAfter } from './retry-after.ts'

// All of RFC 6749 section 5.2: none of them passes by asking again.
const finalErrors = [
  ...['invalid_request', 'invalid_client', 'invalid_grant'],
  ...['unauthorized_client', 'unsupported_grant_type', 'invalid_scope'],
]

type Fields = Readonly<Record<string, unknown>>

/** The JSON object of the body; an empty one for anything else. */
async function readFields(response: Response): Promise<Fields> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Fields) : {}
  } catch {
    // No JSON, or the connection broke: both are an answer without the fields that are looked for.
    return {}
  }
}

/** Some issuers write the number as text. */
const readSeconds = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN

function readIssued(fields: Fields, issuerNowMs: number): TokenAnswer {
  const { access_token: token, expires_in: expiresIn, token_type: type = 'Bearer' } = fields
  const lifeMs = readSeconds(expiresIn) * 1_000
  if (typeof token !== 'string' || token === '') return { kind: 'unavailable', reason: 'no access_token' }
  if (!(lifeMs > 0 && lifeMs < Infinity)) return { kind: 'unavailable', reason: 'no expires_in' }
  if (String(type).toLowerCase() !== 'bearer') return { kind: 'refused', reason: 'no bearer token' }
  return { kind: 'issued', token, issuerNowMs, expiresAtMs: issuerNowMs + lifeMs }
}

/**
 * Reads the answer of an OAuth 2 token endpoint (RFC 6749 sections 5.1 and 5.2). `access_token` with `expires_in`, in seconds, is a token,
 * timed by the `Date` header where that can be read; 401, 403 and a 400 with an error code of section 5.2 are a final no; everything else,
 * 408, 425, 429, 5xx and what is malformed, is a passing fault with its `Retry-After`. Never rejects.
 */
export async function readTokenResponse(response: Response): Promise<TokenAnswer> {
  const { ok, status, headers } = response
  const fields = await readFields(response)
  const nowMs = anyClock.nowMs()
  if (ok) {
    const issuerNowMs = Date.parse(headers.get('Date') ?? '')
    return readIssued(fields, Number.isNaN(issuerNowMs) ? nowMs : issuerNowMs)
  }
  const { error } = fields
  // Only what looks like a code: the reason is told in events and must not carry whatever a proxy wrote.
  const code = typeof error === 'string' && /^\w{1,64}$/.test(error) ? error : `status ${status}`
  const isFinal = status === 401 || status === 403 || (status === 400 && finalErrors.includes(code))
  if (isFinal) return { kind: 'refused', reason: code }
  return {
    kind: 'unavailable',
    reason: code,
    retryAfterMs: parseRetryAfter(headers.get('Retry-After') ?? undefined, nowMs),
  }
}
