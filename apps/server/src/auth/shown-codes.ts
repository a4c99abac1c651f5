import type { Clock } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import { type Library, unlessRefused } from './login-library.ts'

/** A code of an app is taken for its own 30 s and those before and after; beyond that nobody need know that it was shown. */
const rememberedForMs = 120_000

export interface ShownCode {
  readonly userId: string
  readonly code: string
  /** With the cookie of a session, or with that of a login that waits for its code. */
  readonly headers: Headers
}

/** Six digits are a code of an app; a backup code is longer, and has a dash. */
export const isAppCode = (code: string): boolean => /^\d{6}$/.test(code)

/** Remembers the code; false where this user has shown it before. */
async function takeCode(database: Kysely<AgentTables>, userId: string, code: string, nowMs: number): Promise<boolean> {
  await database
    .deleteFrom('agent_shown_codes')
    .where('shown_at_ms', '<', nowMs - rememberedForMs)
    .execute()
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('agent_shown_codes')
    .values({ user_id: userId, code, shown_at_ms: nowMs })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Shows the library a code; `undefined` where it refuses it. A code of an app counts once, right or wrong: whoever has read it over a shoulder
 * comes too late (RFC 6238 section 5.2). The library itself uses a backup code up.
 */
export function createShowCode(database: Kysely<AgentTables>, clock: Clock) {
  return async ({ api }: Library, { userId, code, headers }: ShownCode) => {
    const given = { body: { code }, headers, returnHeaders: true } as const
    if (!isAppCode(code)) return unlessRefused(api.verifyBackupCode(given))
    if (!(await takeCode(database, userId, code, clock.nowMs()))) return undefined
    try {
      return await unlessRefused(api.verifyTOTP(given))
    } catch (error) {
      // It was not looked at, and may be shown again.
      await database.deleteFrom('agent_shown_codes').where('user_id', '=', userId).where('code', '=', code).execute()
      throw error
    }
  }
}

export type ShowCode = ReturnType<typeof createShowCode>
