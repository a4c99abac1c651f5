import { asRecord, asString, decodeList } from './record.ts'

/** A text that a team gives again and again, found by its shortcut. */
export interface SavedReply {
  /** Minted by whoever saves it first: saving twice is one reply. 1 to 64 characters of `[A-Za-z0-9_-]`. */
  readonly id: string
  /** 1 to 32 characters of `[a-z0-9-]`, unique in its organisation. */
  readonly shortcut: string
  readonly content: string
}

export const isShortcut = (text: string): boolean => /^[a-z0-9-]{1,32}$/.test(text)

export function decodeReply(value: unknown): SavedReply | undefined {
  const record = asRecord(value)
  const id = asString(record?.['id'])
  const shortcut = asString(record?.['shortcut'])
  const content = asString(record?.['content'])
  if (id === undefined || shortcut === undefined || content === undefined) return undefined
  return { id, shortcut, content }
}

/** Answer to `GET /api/agent/replies`, in the order of the shortcuts. */
export const decodeReplies = (value: unknown): SavedReply[] | undefined =>
  decodeList(asRecord(value)?.['replies'], decodeReply)
