/** What a browser says of where a request comes from. */
export interface RequestPlace {
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly host: string | undefined
}

/**
 * Cross-site request forgery, for every route that reads or sets the login cookie: a browser that names another origin or
 * another site is refused, whatever the method. A caller that names neither is no browser, and has no cookie but its own.
 */
export function isForeignSite({ origin, fetchSite }: RequestPlace, ownOrigins: readonly string[]): boolean {
  if (origin !== undefined && !ownOrigins.includes(origin)) return true
  return fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none'
}

/** Host names, as a browser sends them, that lead to the machine it runs on. */
export const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/

/** A password travels over https, or does not leave the machine. `publicUrl` is what a proxy in front of this server answers to. */
export function isLoginSafe({ host }: RequestPlace, publicUrl: string | undefined): boolean {
  if (host === undefined) return false
  if (loopbackHost.test(host)) return true
  return publicUrl !== undefined && publicUrl.startsWith('https:') && new URL(publicUrl).host === host
}
