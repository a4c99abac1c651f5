import { type ConversationId, decodeConversationId } from './ids.ts'
import { asRecord, decodeList, parseJson } from './record.ts'

/** Conversations that are deleted for good. To agents only; a visitor's socket is closed instead. */
export interface GoneFrame {
  readonly type: 'gone'
  readonly conversationIds: readonly ConversationId[]
}

/** Decodes a `gone` frame; `undefined` for every other. Only an agent's page carries it. */
export function decodeGoneFrame(text: string): GoneFrame | undefined {
  const record = asRecord(parseJson(text))
  const ids = record?.['type'] === 'gone' ? decodeList(record['conversationIds'], decodeConversationId) : undefined
  return ids && { type: 'gone', conversationIds: ids }
}
