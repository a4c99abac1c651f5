import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Clock, Random } from '@helvino/runtime'

const cookieName = 'helvino.known'
const lastsSeconds = 180 * 24 * 60 * 60

/**
 * Browsers from which somebody has logged in with an address before. Each has tries of its own, so that a stranger who guesses at that address
 * shuts its owner out of nothing (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Knowing one opens nothing.
 */
export interface KnownBrowsers {
  /** A name for the browser where it is known for this address. */
  find(cookies: string | undefined, email: string): string | undefined
  /** A `Set-Cookie` value, by which this browser is known for `lastsSeconds`. */
  remember(email: string): string
}

export interface KnownBrowsersOptions {
  /** Stays for ever, and so does what is made of it. */
  readonly visitorKey: Uint8Array
  readonly publicUrl: string | undefined
  readonly clock: Clock
  readonly random: Random
}

export function createKnownBrowsers({ visitorKey, publicUrl, clock, random }: KnownBrowsersOptions): KnownBrowsers {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', visitorKey, '', 'helvino/known-browser/1', 32)))
  const isSecure = publicUrl?.startsWith('https:') === true
  // RFC 6265bis section 4.1.3.2: bound to this very host.
  const name = isSecure ? `__Host-${cookieName}` : cookieName
  const sign = (browser: string, email: string) =>
    createHmac('sha256', key).update(`${browser}\0${email}`).digest('base64url')

  return {
    find(cookies = '', email) {
      const value = cookies
        .split(';')
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(`${name}=`))
      const [, browser = '', since = '', proof = ''] =
        /^([\w-]{22}\.(\d{1,12}))\.([\w-]{43})$/.exec(value?.slice(name.length + 1) ?? '') ?? []
      if (clock.nowMs() / 1_000 - Number(since) > lastsSeconds) return undefined
      const isOurs = browser !== '' && timingSafeEqual(Buffer.from(proof), Buffer.from(sign(browser, email)))
      return isOurs ? browser : undefined
    },
    remember(email) {
      const browser = `${Buffer.from(random.bytes(16)).toString('base64url')}.${String(Math.floor(clock.nowMs() / 1_000))}`
      const attributes = `Path=/; Max-Age=${String(lastsSeconds)}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
      return `${name}=${browser}.${sign(browser, email)}; ${attributes}`
    },
  }
}
