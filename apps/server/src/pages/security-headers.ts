import type { Random } from '@helvino/runtime'

/** 128 random bits for one answer (CSP Level 3, section 7.1). */
export const createNonce = (random: Random): string => Buffer.from(random.bytes(16)).toString('base64')

/** For a page of this server. Inline scripts and styles run only with this answer's nonce; nobody may frame the page. */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}
