import {
  type ClientMessageId,
  type ConversationId,
  decodeClientMessageId,
  decodeConversationId,
  decodeSequence,
  type Sequence,
} from './ids.ts'
import { asRecord, asString, decodeList, parseJson } from './record.ts'

/** What agents tell each other beside a conversation. It is no message: it has no sequence, and no visitor ever gets it. */
export interface Note {
  readonly id: string
  readonly conversationId: ConversationId
  /** User id of the agent who wrote it. */
  readonly authorId: string
  /** What the author was called when it was written. */
  readonly authorName: string
  readonly content: string
  /** When the server stored it: ISO 8601, UTC. */
  readonly timestamp: string
  /** The newest message when it was written: its place is behind that one. 0: before the first. */
  readonly afterSequence: Sequence
  /** Minted by the author before the first attempt: the same again is the same note. */
  readonly clientNoteId: ClientMessageId
}

/** To agents only. */
export interface NoteFrame {
  readonly type: 'note'
  readonly note: Note
}

export function decodeNote(value: unknown): Note | undefined {
  const record = asRecord(value)
  const id = asString(record?.['id'])
  const conversationId = decodeConversationId(record?.['conversationId'])
  const authorId = asString(record?.['authorId'])
  const content = asString(record?.['content'])
  const timestamp = asString(record?.['timestamp'])
  const afterSequence = decodeSequence(record?.['afterSequence'])
  const clientNoteId = decodeClientMessageId(record?.['clientNoteId'])
  if (!id || !conversationId || !clientNoteId || authorId === undefined || content === undefined) return undefined
  if (timestamp === undefined || afterSequence === undefined) return undefined
  const authorName = asString(record?.['authorName']) ?? ''
  return { id, conversationId, authorId, authorName, content, timestamp, afterSequence, clientNoteId }
}

/** Answer to `GET .../notes`, in the order of their places. */
export const decodeNotes = (value: unknown): Note[] | undefined => decodeList(asRecord(value)?.['notes'], decodeNote)

/** Decodes a `note` frame from the server; `undefined` for every other. A page of a visitor has no use for it, and does not carry it. */
export function decodeNoteFrame(text: string): NoteFrame | undefined {
  const record = asRecord(parseJson(text))
  const note = record?.['type'] === 'note' ? decodeNote(record['note']) : undefined
  return note && { type: 'note', note }
}
