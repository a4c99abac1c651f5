import { type OrgId, visitorLimits } from '@helvino/protocol'
import type { NewProfile, ProfileResult, Unavailable } from './contract.ts'
import { conversationOf, profileOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { ProfileRow } from './tables.ts'
import { first, run, type Work } from './work.ts'

/** What is not told stays; what is told as `null` goes. */
const told = <Value>(value: Value | null | undefined, before: Value | null | undefined): Value | null =>
  value === undefined ? (before ?? null) : value

function rowAfter(orgId: OrgId, profile: NewProfile, before: ProfileRow | undefined): ProfileRow {
  const { visitorId, nowMs, page } = profile
  return {
    org_id: orgId,
    visitor_id: visitorId,
    name: told(profile.name, before?.name),
    email: told(profile.email, before?.email),
    language: told(profile.language, before?.language),
    browser: profile.browser,
    page_url: told(page?.url, before?.page_url),
    page_title: told(page?.title, before?.page_title),
    first_seen_at_ms: before?.first_seen_at_ms ?? nowMs,
    last_seen_at_ms: nowMs,
  }
}

const shown = ['name', 'email', 'language', 'browser', 'page_url', 'page_title'] as const

/** Keeps a visitor's profile, unless one was kept a moment ago. */
export function* putProfile(
  statements: Statements,
  orgId: OrgId,
  profile: NewProfile,
): Work<Exclude<ProfileResult, Unavailable>> {
  const { visitorId, nowMs } = profile
  const before = yield* first(statements.profileToChange, { orgId, visitorId })
  const sinceMs = before ? nowMs - before.last_seen_at_ms : Infinity
  // A wall clock that was set back must not keep a visitor waiting until it has caught up.
  if (sinceMs >= 0 && sinceMs < visitorLimits.everyMs)
    return { kind: 'too-soon', waitMs: visitorLimits.everyMs - sinceMs }
  const after = rowAfter(orgId, profile, before)
  yield* run(statements.putProfile, after)
  const isNamedAnew = after.name !== (before?.name ?? null) || after.email !== (before?.email ?? null)
  const conversation = isNamedAnew ? yield* first(statements.openConversation, { orgId, visitorId }) : undefined
  return {
    kind: 'kept',
    profile: profileOf(after),
    isChanged: !before || shown.some((column) => after[column] !== before[column]),
    conversation: conversation && conversationOf(conversation),
  }
}
