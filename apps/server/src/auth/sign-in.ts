import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import { challengeCookie, isLibraryRefusal, type Library } from './login-library.ts'
import type { ShowCode } from './shown-codes.ts'

export interface SignIn {
  readonly email: string
  readonly password: string
  /** Of the authenticator app, or a backup code. */
  readonly code?: string | undefined
  /** Kept with the session, so that its owner knows it again. */
  readonly userAgent?: string | undefined
}

export type SignedIn =
  | {
      readonly kind: 'signed-in'
      readonly user: { readonly id: string; readonly email: string; readonly name: string }
      readonly setCookies: readonly string[]
    }
  /** The password is right; of the code there is none, or it is another. */
  | { readonly kind: 'code-wanted' | 'code-wrong' }
  | { readonly kind: 'refused' }

// As long as any browser's.
const longestUserAgent = 300

export interface SignInParts {
  readonly library: Library
  readonly database: Kysely<AgentTables>
  readonly showCode: ShowCode
}

/** As the library keeps addresses. */
const userOf = (database: Kysely<AgentTables>, email: string) =>
  database.selectFrom('user').select('id').where('email', '=', email.toLowerCase()).executeTakeFirstOrThrow()

async function signInWith({ library, database, showCode }: SignInParts, wanted: SignIn): Promise<SignedIn> {
  const { email, password, code } = wanted
  const sent = { 'user-agent': (wanted.userAgent ?? '').slice(0, longestUserAgent) }
  const { headers, response } = await library.api.signInEmail({
    ...{ body: { email, password }, headers: new Headers(sent), returnHeaders: true },
  })
  if (!('twoFactorRedirect' in response))
    return { kind: 'signed-in', user: response.user, setCookies: headers.getSetCookie() }
  // The library keeps a login that waits for its code under a cookie. Ours is one request, so that nothing is left for the browser to hold.
  const cookie = headers
    .getSetCookie()
    .map((value) => value.split(';')[0] ?? '')
    .find((pair) => pair.startsWith(`${challengeCookie}=`))
  if (cookie === undefined) throw new Error('the login library has asked for a code without a cookie')
  try {
    if (code === undefined) return { kind: 'code-wanted' }
    const { id: userId } = await userOf(database, email)
    const shown = await showCode(library, { userId, code, headers: new Headers({ ...sent, cookie }) })
    if (!shown) return { kind: 'code-wrong' }
    // Beside the session's own there is one that takes back what the browser was never given.
    const setCookies = shown.headers.getSetCookie().filter((value) => !value.startsWith(`${challengeCookie}=`))
    return { kind: 'signed-in', user: shown.response.user, setCookies }
  } finally {
    const [name] = decodeURIComponent(cookie.slice(challengeCookie.length + 1)).split('.')
    const identifiers = [name ?? '', `2fa-attempts-${name ?? ''}`]
    await database.deleteFrom('verification').where('identifier', 'in', identifiers).execute()
  }
}

/** Unknown address and wrong password look the same and take the same time. */
export async function signIn(parts: SignInParts, wanted: SignIn): Promise<SignedIn> {
  try {
    return await signInWith(parts, wanted)
  } catch (error) {
    if (isLibraryRefusal(error)) return { kind: 'refused' }
    throw error
  }
}
