const partPattern = /^[\w-]+$/

/**
 * Reads one numeric claim from the payload of a JWS in compact form (RFC 7515 section 7.1). Reads only: nothing is verified.
 *
 * @returns `null` for anything that is not `header.payload.signature` with a base64url JSON payload in which the claim is a finite
 * number. Never throws.
 */
export function parseTokenClaim(token: string, name: 'exp' | 'iat'): number | null {
  const parts = token.split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined || !parts.every((part) => partPattern.test(part))) return null
  try {
    // One character per byte, so text beyond ASCII is garbled; numbers and the JSON around them are not.
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown> | null
    const claim = claims?.[name]
    return typeof claim === 'number' && Number.isFinite(claim) ? claim : null
  } catch {
    // A payload that is no base64url or no JSON is malformed, which is what `null` says.
    return null
  }
}

/** When a token expires, in Unix seconds: its `exp` (RFC 7519 section 4.1.4). `null` for a malformed token; never throws. */
export const parseTokenExpiration = (token: string): number | null => parseTokenClaim(token, 'exp')
