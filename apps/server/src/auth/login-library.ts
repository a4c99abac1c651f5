import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'

const sessionSeconds = 7 * 24 * 60 * 60
// RFC 6265bis section 4.1.3.2: bound to this very host, https only, path `/`.
const hostPrefix = '__Host-'

/** Names a login that waits for its code. No browser ever gets it. */
export const challengeCookie = 'helvino.two_factor'

export interface LibraryOptions {
  /** The store's own connection. No transaction is ever left open on it across an `await`: the message writer shares it. */
  readonly database: Kysely<AgentTables>
  readonly dialect: 'sqlite' | 'postgres'
  /** `https://…` makes the cookie `Secure` and `__Host-`. */
  readonly ownOrigin: string
  /** Signs the cookies. */
  readonly secret: string
}

/** A session that is used is written that often, in seconds: so well it is known when it was seen last. */
const seenEverySeconds = 60 * 60

export async function loadLibrary({ database, dialect, ownOrigin, secret }: LibraryOptions) {
  const [{ betterAuth }, { twoFactor }] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins/two-factor'),
  ])
  const isSecure = ownOrigin.startsWith('https:')
  return betterAuth({
    database: { db: database, type: dialect },
    secret,
    baseURL: ownOrigin,
    emailAndPassword: { enabled: true, disableSignUp: true, maxPasswordLength: 128, minPasswordLength: 12 },
    session: { expiresIn: sessionSeconds, updateAge: seenEverySeconds },
    plugins: [twoFactor({ issuer: 'Helvino' })],
    telemetry: { enabled: false },
    // Its lines would carry addresses; what matters is logged by the routes.
    logger: { disabled: true },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: `${isSecure ? hostPrefix : ''}helvino.session`,
          attributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
        },
        two_factor: {
          name: challengeCookie,
          attributes: { secure: isSecure, httpOnly: true, sameSite: 'lax', path: '/' },
        },
      },
    },
  })
}

export type Library = Awaited<ReturnType<typeof loadLibrary>>

/** The library throws for a wrong password as for a bug; only the former has a status below 500. */
export function isLibraryRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  )
}

/** A refusal of the library as `undefined`. */
export async function unlessRefused<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call
  } catch (error) {
    if (isLibraryRefusal(error)) return undefined
    throw error
  }
}
