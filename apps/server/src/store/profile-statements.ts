import type { Kysely } from 'kysely'
import { compile } from './statement.ts'
import type { ProfileRow, Tables } from './tables.ts'

interface Key {
  readonly orgId: string
  readonly visitorId: string
}

/** What visitors tell of themselves. */
export function profileStatements(kysely: Kysely<Tables>, locksRows: boolean) {
  const profiles = kysely.selectFrom('visitor_profiles').selectAll()
  const toChange = locksRows ? profiles.forUpdate() : profiles
  return {
    profile: compile((p: Key) => profiles.where('org_id', '=', p.orgId).where('visitor_id', '=', p.visitorId)),
    profileToChange: compile((p: Key) => toChange.where('org_id', '=', p.orgId).where('visitor_id', '=', p.visitorId)),
    putProfile: compile((p: ProfileRow) => {
      const { name, email, language, browser, page_url, page_title, first_seen_at_ms, last_seen_at_ms } = p
      const changing = { name, email, language, browser, page_url, page_title, last_seen_at_ms }
      return kysely
        .insertInto('visitor_profiles')
        .values({ org_id: p.org_id, visitor_id: p.visitor_id, ...changing, first_seen_at_ms })
        .onConflict((conflict) => conflict.columns(['org_id', 'visitor_id']).doUpdateSet(changing))
    }),
  }
}
