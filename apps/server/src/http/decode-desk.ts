import {
  asRecord,
  asString,
  type ClientMessageId,
  decodeClientMessageId,
  decodeReply,
  isShortcut,
  type SavedReply,
} from '@helvino/protocol'

/** `undefined`: malformed; `userId` `null`: nobody. */
export function decodeAssignBody(body: unknown): { readonly userId: string | null } | undefined {
  const userId = asRecord(body)?.['userId']
  if (userId === null) return { userId }
  return typeof userId === 'string' && /^[\w-]{1,64}$/.test(userId) ? { userId } : undefined
}

export interface NoteBody {
  readonly content: string
  readonly clientNoteId: ClientMessageId
}

export function decodeNoteBody(body: unknown): NoteBody | undefined {
  const record = asRecord(body)
  const content = asString(record?.['content'])
  const clientNoteId = decodeClientMessageId(record?.['clientNoteId'])
  return content === undefined || clientNoteId === undefined ? undefined : { content, clientNoteId }
}

/** `id`: from the address, as `clientMessageId` is made. */
export function decodeReplyBody(id: string, body: unknown): SavedReply | undefined {
  const reply = decodeReply({ ...asRecord(body), id })
  return reply && decodeClientMessageId(id) !== undefined && isShortcut(reply.shortcut) ? reply : undefined
}
