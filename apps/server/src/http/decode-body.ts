import {
  asRecord,
  asString,
  type ClientMessageId,
  decodeClientMessageId,
  decodeSequence,
  limits,
  type RefusalCode,
  type Sequence,
} from '@helvino/protocol'

export type Decoded<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }

const refused = (code: RefusalCode, message: string) => ({ kind: 'refused', code, message }) as const

export interface MessageBody {
  readonly role: string | undefined
  readonly content: string
  readonly clientMessageId: ClientMessageId | undefined
}

/** The key may come as the `Idempotency-Key` header or as `clientMessageId`; where both come they are the same. */
export function decodeMessageBody(body: unknown, idempotencyKey: string | undefined): Decoded<MessageBody> {
  const record = asRecord(body)
  if (!record) return refused('request_invalid', 'The body is a JSON object with "content".')
  const content = asString(record['content'])
  if (content === undefined) return refused('content_invalid', '"content" is a string.')
  const { role, clientMessageId } = record
  if (role !== undefined && typeof role !== 'string') return refused('role_invalid', '"role" is a string.')
  const given = clientMessageId ?? idempotencyKey
  if (given === undefined) return { kind: 'ok', value: { role, content, clientMessageId: undefined } }
  const key = decodeClientMessageId(given)
  if (key === undefined || (idempotencyKey !== undefined && idempotencyKey !== key))
    return refused(
      'request_invalid',
      'The key is 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-", the same wherever it is given.',
    )
  return { kind: 'ok', value: { role, content, clientMessageId: key } }
}

/** 1 to `limits.batchMessages` messages, each with a key of its own: without one, what was stored could not be told when the request is repeated. */
export function decodeBatchBody(body: unknown): Decoded<readonly MessageBody[]> {
  const messages = asRecord(body)?.['messages']
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > limits.batchMessages)
    return refused(
      'request_invalid',
      `The body is a JSON object with "messages", 1 to ${limits.batchMessages} of them.`,
    )
  const drafts: MessageBody[] = []
  for (const message of messages) {
    const draft = decodeMessageBody(message, undefined)
    if (draft.kind === 'refused') return draft
    drafts.push(draft.value)
  }
  const keys = new Set(drafts.map(({ clientMessageId }) => clientMessageId))
  if (keys.has(undefined) || keys.size < drafts.length)
    return refused('request_invalid', 'Each message of a batch has a "clientMessageId" of its own.')
  return { kind: 'ok', value: drafts }
}

/** `POST /conversations` needs no body; its key may come as for a message. */
export function decodeIdempotencyKey(idempotencyKey: string | undefined): Decoded<string | undefined> {
  if (idempotencyKey === undefined) return { kind: 'ok', value: undefined }
  const key = decodeClientMessageId(idempotencyKey)
  return key === undefined
    ? refused('request_invalid', 'The key is 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-".')
    : { kind: 'ok', value: key }
}

export const decodeReadBody = (body: unknown): Sequence | undefined => decodeSequence(asRecord(body)?.['sequence'])

export const decodeOriginBody = (body: unknown): string | undefined => asString(asRecord(body)?.['origin'])

export interface LoginBody {
  readonly email: string
  readonly password: string
}

/** Bounded, so that hashing has a bounded cost: 254 characters are the longest address (RFC 5321 section 4.5.3.1.3). */
export function decodeLoginBody(body: unknown): LoginBody | undefined {
  const record = asRecord(body)
  const email = asString(record?.['email'])
  const password = asString(record?.['password'])
  if (email === undefined || password === undefined || email.length > 254 || password.length > 128) return undefined
  return { email: email.trim().toLowerCase(), password }
}
