import {
  asRecord,
  asString,
  type ConversationStatus,
  type ConversationView,
  isConversationView,
  limits,
  type Sequence,
} from '@helvino/protocol'
import type { ConversationFilter, MessageWindow } from '../store/contract.ts'
import { longestReadWaitMs } from './waiting-reads.ts'

/** `undefined` where the parameter is absent; `malformed` where it is no whole number from 0 to 2^53 - 1. */
function wholeNumber(value: unknown): number | undefined | 'malformed' {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^\d{1,16}$/.test(value)) return 'malformed'
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : 'malformed'
}

const withinPage = (wanted: number | undefined, maximum: number): number =>
  Math.max(1, Math.min(wanted ?? maximum, maximum))

export interface MessagesQuery {
  readonly window: MessageWindow
  /** 0: answer at once. */
  readonly waitMs: number
}

export function decodeMessagesQuery(query: unknown): MessagesQuery | undefined {
  const record = asRecord(query) ?? {}
  const after = wholeNumber(record['after'])
  const before = wholeNumber(record['before'])
  const limit = wholeNumber(record['limit'])
  const waitMs = wholeNumber(record['waitMs'])
  if (after === 'malformed' || before === 'malformed' || limit === 'malformed' || waitMs === 'malformed')
    return undefined
  return {
    window: {
      after: after as Sequence | undefined,
      before: before as Sequence | undefined,
      limit: withinPage(limit, limits.pageMessages),
    },
    waitMs: Math.min(waitMs ?? 0, longestReadWaitMs),
  }
}

/** How far back figures are asked for, in minutes; `undefined` where that is malformed or further than they are kept. */
export function decodeHealthMinutes(query: unknown): number | undefined {
  const minutes = wholeNumber(asRecord(query)?.['minutes'])
  if (minutes === undefined) return 60
  return minutes !== 'malformed' && minutes >= 1 && minutes <= limits.healthMinutes ? minutes : undefined
}

/** Which page of the record is asked for; `undefined` where that is malformed. */
export function decodeAuditQuery(
  query: unknown,
): { readonly before: string | undefined; readonly limit: number } | undefined {
  const record = asRecord(query) ?? {}
  const limit = wholeNumber(record['limit'])
  const before = record['before']
  if (limit === 'malformed' || (before !== undefined && !/^[\da-f-]{36}$/.test(asString(before) ?? '')))
    return undefined
  return { before: asString(before), limit: withinPage(limit, limits.pageAuditEntries) }
}

const statuses: readonly (string | undefined)[] = ['open', 'resolved', undefined] satisfies (
  ConversationStatus | undefined
)[]

const assigneeOf = (view: ConversationView, userId: string): ConversationFilter['assigneeId'] =>
  view === 'mine' ? userId : view === 'unassigned' ? null : undefined

/** `userId`: whose list it is. */
export function decodeConversationFilter(query: unknown, userId: string): ConversationFilter | undefined {
  const record = asRecord(query) ?? {}
  const status = asString(record['status'])
  const limit = wholeNumber(record['limit'])
  const cursor = asString(record['cursor'])
  const view = record['view'] ?? 'all'
  const wanted = asString(record['query'])?.trim() ?? ''
  if (limit === 'malformed' || !statuses.includes(status) || (cursor?.length ?? 0) > 256) return undefined
  if (!isConversationView(view) || wanted.length > limits.searchLength) return undefined
  return {
    status: status as ConversationStatus | undefined,
    unreadOnly: record['unread'] === 'true' || record['unread'] === '1',
    assigneeId: assigneeOf(view, userId),
    query: wanted === '' ? undefined : wanted,
    cursor,
    limit: withinPage(limit, limits.pageConversations),
  }
}
