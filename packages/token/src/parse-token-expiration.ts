const partPattern = /^[\w-]+$/

/**
 * Reads `exp` (RFC 7519 section 4.1.4) from the payload of a JWS in compact form. Reads only: nothing is verified.
 *
 * @returns Unix seconds, or `null` for anything that is not `header.payload.signature` with a base64url JSON payload
 * whose `exp` is a finite number. Never throws.
 */
export function parseTokenExpiration(token: string): number | null {
  const parts = token.split('.')
  const payload = parts[1]
  if (parts.length !== 3 || payload === undefined || !parts.every((part) => partPattern.test(part))) return null
  try {
    // One character per byte, so text beyond ASCII is garbled; numbers and the JSON around them are not.
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null
    return typeof exp === 'number' && Number.isFinite(exp) ? exp : null
  } catch {
    // A payload that is no base64url or no JSON is malformed, which is what `null` says.
    return null
  }
}
