import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import { type Library, unlessRefused } from './login-library.ts'
import { isAppCode, type ShowCode } from './shown-codes.ts'

/** `setCookies`: the login goes on under another one. */
type Done = { readonly kind: 'done'; readonly setCookies: readonly string[] }

export type Offer =
  /** `uri` is what an authenticator app reads; the backup codes are told here and nowhere else. */
  | { readonly kind: 'offered'; readonly uri: string; readonly backupCodes: readonly string[] }
  | { readonly kind: 'password-wrong' }
  | { readonly kind: 'on-already' }

/** A code of an authenticator app beside the password (RFC 6238), by the login library. */
export interface TwoFactor {
  isOn(userId: string): Promise<boolean>
  /** A new secret, which is asked for at no login before `confirm` has seen a code of it. */
  enrol(cookie: string, userId: string, password: string): Promise<Offer>
  confirm(cookie: string, userId: string, code: string): Promise<Done | { readonly kind: 'code-wrong' }>
  /** `code` is one of the app or a backup code, which is used up by it. */
  turnOff(
    cookie: string,
    userId: string,
    password: string,
    code: string,
  ): Promise<Done | { readonly kind: 'password-wrong' | 'code-wrong' }>
}

export async function isPassword(library: Library, userId: string, password: string): Promise<boolean> {
  const { internalAdapter, password: passwords } = await library.$context
  const accounts = await internalAdapter.findAccounts(userId)
  const hash = accounts.find(({ providerId }) => providerId === 'credential')?.password
  return !!hash && (await passwords.verify({ hash, password }))
}

/** Forgets the secret and the backup codes: whoever comes back by an invitation begins anew. */
export async function forgetTwoFactor(library: Library, database: Kysely<AgentTables>, userId: string): Promise<void> {
  const { internalAdapter } = await library.$context
  await internalAdapter.updateUser(userId, { twoFactorEnabled: false })
  await database.deleteFrom('twoFactor').where('userId', '=', userId).execute()
}

export function createTwoFactor(
  database: Kysely<AgentTables>,
  load: () => Promise<Library>,
  showCode: ShowCode,
): TwoFactor {
  const isOn = async (userId: string): Promise<boolean> => {
    const user = await database
      .selectFrom('user')
      .select('twoFactorEnabled')
      .where('id', '=', userId)
      .executeTakeFirst()
    return Boolean(user?.twoFactorEnabled)
  }

  return {
    isOn,
    async enrol(cookie, userId, password) {
      const library = await load()
      if (!(await isPassword(library, userId, password))) return { kind: 'password-wrong' }
      if (await isOn(userId)) return { kind: 'on-already' }
      const call = library.api.enableTwoFactor({ body: { password, method: 'totp' }, headers: new Headers({ cookie }) })
      const offer = await unlessRefused(call)
      if (offer?.method !== 'totp') return { kind: 'on-already' }
      return { kind: 'offered', uri: offer.totpURI, backupCodes: offer.backupCodes }
    },
    async confirm(cookie, userId, code) {
      // A backup code proves nothing of the app.
      if (!isAppCode(code)) return { kind: 'code-wrong' }
      const shown = await showCode(await load(), { userId, code, headers: new Headers({ cookie }) })
      return shown ? { kind: 'done', setCookies: shown.headers.getSetCookie() } : { kind: 'code-wrong' }
    },
    async turnOff(cookie, userId, password, code) {
      const library = await load()
      const headers = new Headers({ cookie })
      // First: a wrong password must not use a backup code up.
      if (!(await isPassword(library, userId, password))) return { kind: 'password-wrong' }
      if (!(await showCode(library, { userId, code, headers }))) return { kind: 'code-wrong' }
      const off = await unlessRefused(
        library.api.disableTwoFactor({ body: { password }, headers, returnHeaders: true }),
      )
      return off ? { kind: 'done', setCookies: off.headers.getSetCookie() } : { kind: 'password-wrong' }
    },
  }
}
