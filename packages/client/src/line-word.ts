import {
  asRecord,
  asString,
  type ConversationId,
  decodeConversationId,
  decodeMessageId,
  limits,
  type MessageId,
} from '@helvino/protocol'
import type { ConnectionState } from './connection.ts'

/** What the tabs of one owner tell each other about the one connection that they share. `from` names a tab, until its page is left. */
export type LineWord =
  /** Whoever leads, tell how the line is. `seen`: the page that asks is visible. `eager`: somebody there has a reason to try now. */
  | { readonly type: 'ask'; readonly from: string; readonly seen: boolean; readonly eager: boolean }
  /** Whoever leads, tell the server that the owner writes there. */
  | { readonly type: 'typing'; readonly from: string; readonly conversationId: ConversationId }
  /** This message has been announced. */
  | { readonly type: 'told'; readonly from: string; readonly id: MessageId }
  | LeaderWord

/**
 * Of the tab that has the connection. `term`: of two that lead the one with the greater goes on. `count`: of its words in this term, from 1; one
 * that does not follow on the one before shows that something was missed.
 */
export type LeaderWord = { readonly from: string; readonly term: number; readonly count: number } & LeaderNews

export type LeaderNews =
  | { readonly type: 'state'; readonly seen: boolean; readonly line: ConnectionState }
  /** What the server has said, word for word. */
  | { readonly type: 'frame'; readonly text: string }
  /** It gives the line up, after so many failed tries; the server wants none for so long. */
  | { readonly type: 'bye'; readonly attempt: number; readonly blockedMs: number }

const longestBlockMs = 3_600_000

const asCount = (value: unknown): number => (typeof value === 'number' && value >= 0 ? Math.min(value, 2 ** 53) : 0)

function decodeLine(value: unknown): ConnectionState | undefined {
  const record = asRecord(value)
  const state = record?.['state']
  switch (state) {
    case 'live':
    case 'polling':
      return { state }
    case 'connecting':
    case 'waiting':
      return { state, attempt: asCount(record?.['attempt']) }
    case 'denied':
      return { state, code: asString(record?.['code']) ?? '' }
    default:
      return undefined
  }
}

function decodeNews(record: Readonly<Record<string, unknown>>): LeaderNews | undefined {
  const text = asString(record['text'])
  const line = decodeLine(record['line'])
  switch (record['type']) {
    case 'state':
      return line && { type: 'state', seen: record['seen'] === true, line }
    case 'frame':
      return text === undefined || text.length > limits.frameBytes ? undefined : { type: 'frame', text }
    case 'bye':
      return {
        type: 'bye',
        attempt: asCount(record['attempt']),
        blockedMs: Math.min(asCount(record['blockedMs']), longestBlockMs),
      }
    default:
      return undefined
  }
}

/** What can be made sense of: any script of the page's origin, and any later build of this one, can speak here. */
export function decodeLineWord(value: unknown): LineWord | undefined {
  const record = asRecord(value)
  const from = asString(record?.['from'])
  if (!record || from === undefined) return undefined
  if (record['type'] === 'ask')
    return { type: 'ask', from, seen: record['seen'] === true, eager: record['eager'] === true }
  const conversationId = decodeConversationId(record['conversationId'])
  if (record['type'] === 'typing') return conversationId && { type: 'typing', from, conversationId }
  const id = decodeMessageId(record['id'])
  if (record['type'] === 'told') return id && { type: 'told', from, id }
  const news = decodeNews(record)
  return news && { from, term: asCount(record['term']), count: asCount(record['count']), ...news }
}
