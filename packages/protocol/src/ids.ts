import type { Brand } from './brand.ts'

/** The organisation's internal id; made by the server. */
export type OrgId = Brand<string, 'OrgId'>
/** Made by the server, 1 to 64 characters of `[A-Za-z0-9_-]`. */
export type ConversationId = Brand<string, 'ConversationId'>
/** Made by the server, 1 to 64 characters of `[A-Za-z0-9_-]`. */
export type MessageId = Brand<string, 'MessageId'>
/** Minted by the sender before the first attempt; the idempotency key of the message for ever. 1 to 64 characters of `[A-Za-z0-9_-]`. */
export type ClientMessageId = Brand<string, 'ClientMessageId'>
/** The visitor's secret, `v_` and a UUID with at least 122 random bits. Never shown, returned or logged. */
export type VisitorId = Brand<string, 'VisitorId'>
/** What everybody but the visitor knows the visitor by. Opens nothing. */
export type PublicVisitorId = Brand<string, 'PublicVisitorId'>
/** Position of a message in its conversation: whole, gapless, from 1. 0 means "before the first". */
export type Sequence = Brand<number, 'Sequence'>

export const sequenceZero = 0 as Sequence

const idPattern = /^[\w-]{1,64}$/
const visitorIdPattern = /^v_[\da-f]{8}(-[\da-f]{4}){4}[\da-f]{8}$/i

const decodeId = (value: unknown): string | undefined =>
  typeof value === 'string' && idPattern.test(value) ? value : undefined

// One function under three names, which a bundle carries once.
export const decodeConversationId = decodeId as (value: unknown) => ConversationId | undefined
export const decodeMessageId = decodeId as (value: unknown) => MessageId | undefined
export const decodeClientMessageId = decodeId as (value: unknown) => ClientMessageId | undefined

export const decodeVisitorId = (value: unknown): VisitorId | undefined =>
  typeof value === 'string' && visitorIdPattern.test(value) ? (value as VisitorId) : undefined

export const decodeSequence = (value: unknown): Sequence | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as Sequence) : undefined
