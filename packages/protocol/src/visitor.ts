import { decodeConversationId, type ConversationId, type PublicVisitorId } from './ids.ts'
import { asRecord, asString, decodeList, parseJson } from './record.ts'
import type { ConversationStatus } from './conversation.ts'

/** The page that a visitor was on: its origin and path, without what follows. */
export interface VisitorPage {
  readonly url: string
  readonly title: string
}

/** What is known of a visitor beside what they write. `null`: nothing. */
export interface VisitorProfile {
  readonly visitorId: PublicVisitorId
  readonly name: string | null
  readonly email: string | null
  /** BCP 47 tag. */
  readonly language: string | null
  /** In few words, for example `Firefox on Android`. */
  readonly browser: string | null
  readonly page: VisitorPage | null
  /** When a page of theirs has told of itself, first and last: ISO 8601, UTC. */
  readonly firstSeenAt: string | null
  readonly lastSeenAt: string | null
}

/** What a visitor may tell of themselves: what is left out stays as it is, and `null` takes it back. */
export interface VisitorChange {
  readonly name?: string | null
  readonly email?: string | null
  readonly language?: string | null
  readonly page?: VisitorPage
}

export const visitorLimits = {
  /** Characters (UTF-16 code units) of a name. */
  nameLength: 100,
  /** Of an address (RFC 5321 section 4.5.3.1.3). */
  emailLength: 254,
  /** Of a page's address, once its query and its fragment are gone. */
  urlLength: 2_000,
  /** Of a page's title; a longer one is cut. */
  titleLength: 200,
  /** A profile is written once in so long, in ms; one more is refused with the time to wait. */
  everyMs: 5_000,
  /** A visitor's other conversations, beside the one that is looked at. */
  otherConversations: 20,
  /** Unread messages that are counted; as many stand for more. */
  unread: 99,
} as const

/** Another conversation of the same visitor. */
export interface OtherConversation {
  readonly id: ConversationId
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly status: ConversationStatus
  readonly preview: string
}

/** Answer to `GET /api/agent/conversations/:id/visitor`: who it is, and their other conversations, the newest first. */
export interface VisitorAnswer {
  readonly visitor: VisitorProfile
  readonly conversations: readonly OtherConversation[]
}

/** The profile of a visitor has changed; told to the agents of the organisation. */
export interface VisitorFrame {
  readonly type: 'visitor'
  readonly visitor: VisitorProfile
}

const textOrNull = (value: unknown): string | null => asString(value) ?? null

function decodeProfile(value: unknown): VisitorProfile | undefined {
  const record = asRecord(value)
  const visitorId = asString(record?.['visitorId'])
  if (!record || visitorId === undefined) return undefined
  const page = asRecord(record['page'])
  const url = asString(page?.['url'])
  return {
    visitorId: visitorId as PublicVisitorId,
    name: textOrNull(record['name']),
    email: textOrNull(record['email']),
    language: textOrNull(record['language']),
    browser: textOrNull(record['browser']),
    page: url === undefined ? null : { url, title: asString(page?.['title']) ?? '' },
    firstSeenAt: textOrNull(record['firstSeenAt']),
    lastSeenAt: textOrNull(record['lastSeenAt']),
  }
}

function decodeOther(value: unknown): OtherConversation | undefined {
  const record = asRecord(value)
  const id = decodeConversationId(record?.['id'])
  const createdAt = asString(record?.['createdAt'])
  if (!record || !id || createdAt === undefined) return undefined
  const status = record['status'] === 'resolved' ? 'resolved' : 'open'
  return { id, createdAt, status, preview: asString(record['preview']) ?? '' }
}

export function decodeVisitorAnswer(value: unknown): VisitorAnswer | undefined {
  const record = asRecord(value)
  const visitor = decodeProfile(record?.['visitor'])
  const conversations = decodeList(record?.['conversations'], decodeOther)
  return visitor && conversations && { visitor, conversations }
}

/** Answer to `PUT /api/visitor`: what is kept. */
export const decodeKeptProfile = (value: unknown): VisitorProfile | undefined =>
  decodeProfile(asRecord(value)?.['visitor'])

/** Decodes a `visitor` frame; `undefined` for every other. Apart from `decodeServerFrame`: only an agent's page carries it. */
export function decodeVisitorFrame(text: string): VisitorFrame | undefined {
  const record = asRecord(parseJson(text))
  const visitor = record?.['type'] === 'visitor' ? decodeProfile(record['visitor']) : undefined
  return visitor && { type: 'visitor', visitor }
}
