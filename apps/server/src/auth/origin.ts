/** The serialised origin (RFC 6454 section 6.2) of an http or https address, or `undefined` for anything else. */
export function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined
}

export interface OriginQuestion {
  /** The `Origin` header as it came. */
  readonly origin: string | undefined
  /** The `Sec-Fetch-Site` header as it came. */
  readonly fetchSite: string | undefined
  /** Of the organisation; empty means set-up mode. */
  readonly allowedOrigins: readonly string[]
  /** The server's own. */
  readonly ownOrigins: readonly string[]
}

const localHosts = ['localhost', '127.0.0.1', '[::1]']

/**
 * Whether a request from this origin may use the widget. Origins are equal only as a whole, never by prefix or suffix.
 * `null` (a sandboxed frame, a local file) names nobody and is refused. In set-up mode the developer's own machine and
 * the server itself are admitted.
 */
export function decideOrigin({ origin, fetchSite, allowedOrigins, ownOrigins }: OriginQuestion): 'allowed' | 'refused' {
  if (origin === undefined) return fetchSite === undefined || fetchSite === 'same-origin' ? 'allowed' : 'refused'
  // Both lists hold origins as they are serialised, so that what is in them need not be parsed; nothing else may get by through them.
  const isListed = ownOrigins.includes(origin) || allowedOrigins.includes(origin)
  if (isListed && /^https?:\/\/./.test(origin)) return 'allowed'
  // A browser sends an origin as it is serialised; any other spelling comes from something that is no browser.
  if (allowedOrigins.length > 0 || parseOrigin(origin) !== origin) return 'refused'
  return localHosts.includes(new URL(origin).hostname) ? 'allowed' : 'refused'
}
