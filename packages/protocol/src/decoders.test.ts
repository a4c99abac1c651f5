import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ClientFrame,
  type ConversationId,
  type ResumePoint,
  decodeAgentConversation,
  decodeBatchAnswer,
  decodeBootloader,
  decodeClientFrame,
  decodeConversation,
  decodeConversationList,
  decodeMessage,
  decodeMessagePage,
  decodeOrgSettings,
  decodePostedMessage,
  decodeServerFrame,
  decodeSettingsChange,
  decodeTyping,
  decodeVisitorId,
  decodeWidgetLook,
  encodeClientFrame,
  isTokenRefusal,
  limits,
  refusals,
  typingLimits,
} from './index.ts'

const message = {
  id: 'm1',
  conversationId: 'c1',
  sequence: 3,
  role: 'agent',
  kind: 'text',
  content: 'Hello',
  attachments: [],
  timestamp: '2027-01-01T00:00:00.000Z',
  clientMessageId: null,
}

describe('decoders', () => {
  it('[PR1] never throw, and give nothing half-decoded, whatever comes', () => {
    const decoders = [
      decodeAgentConversation,
      decodeBatchAnswer,
      decodeBootloader,
      decodeConversation,
      (value: unknown) => decodeConversationList(value, decodeConversation),
      decodeMessage,
      decodeMessagePage,
      decodeOrgSettings,
      decodePostedMessage,
      decodeSettingsChange,
      decodeVisitorId,
      decodeWidgetLook,
    ]
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        for (const decode of decoders) decode(anything)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        decodeClientFrame(text)
        decodeServerFrame(text, decodeConversation)
      }),
    )
    const { id: _id, ...withoutId } = message
    expect(decodeMessage(withoutId)).toBeUndefined()
    expect(decodeMessagePage({ messages: [message, withoutId], latestSequence: 3 })).toBeUndefined()
    expect(decodeBatchAnswer({ results: [{ message }, {}] })).toBeUndefined()
  })

  it('[PR10] tell of each message of a batch what became of it', () => {
    const { id, sequence, timestamp } = message
    expect(
      decodeBatchAnswer({
        results: [
          { message, replayed: true },
          { code: 'content_invalid', error: 'x' },
        ],
      }),
    ).toEqual([
      { kind: 'answered', value: { id, sequence, timestamp } },
      { kind: 'refused', code: 'content_invalid' },
    ])
  })

  it('[PR2] ignore fields that they do not know, and keep every one that they do', () => {
    expect(decodeMessage({ ...message, reactions: ['x'] })).toEqual(message)
    expect(decodeServerFrame(JSON.stringify({ type: 'message', message, traceId: 'x' }), decodeConversation)).toEqual({
      type: 'message',
      message,
    })
  })

  it('[PR3] show a role of a newer server rather than drop the message', () => {
    expect(decodeMessage({ ...message, role: 'translator' })?.role).toBe('system')
  })

  it('[PR4] leave aside a frame of an unknown type', () => {
    expect(decodeServerFrame('{"type":"confetti"}', decodeConversation)).toBeUndefined()
    expect(decodeClientFrame('{"type":"confetti"}')).toBeUndefined()
  })

  it('[PR5] understand a frame as it was encoded, the token under its name on the wire', () => {
    const conversations = [
      { id: 'c1', after: 0 },
      { id: 'c2', after: 3, messageId: 'm3' },
    ] as unknown as ResumePoint[]
    const hello: ClientFrame = { type: 'hello', protocol: 1, token: 't', audience: 'visitor', conversations }
    expect(JSON.parse(encodeClientFrame(hello))).toMatchObject({ orgToken: 't' })
    expect(JSON.parse(encodeClientFrame({ ...hello, audience: 'agent' }))).toMatchObject({ agentToken: 't' })
    const typing = { type: 'typing', conversationId: 'c1' as ConversationId } as const
    for (const frame of [hello, { type: 'renew', token: 't' }, { type: 'ping' }, typing] as const)
      expect(decodeClientFrame(encodeClientFrame(frame))).toEqual(frame)
    const many = Array.from({ length: limits.helloConversations + 1 }, () => ({ id: 'c1', after: 0 }))
    expect(decodeClientFrame(JSON.stringify({ type: 'hello', orgToken: 't', conversations: many }))).toBeUndefined()
  })

  it('[PR11] understand who writes, and nothing that makes no sense of it', () => {
    const typing = { type: 'typing', conversationId: 'c1', role: 'agent', name: 'Ada' }
    expect(decodeTyping(JSON.stringify({ ...typing, userId: 'u1' }))).toEqual(typing)
    expect(decodeTyping(JSON.stringify({ ...typing, name: 'x'.repeat(200) }))?.name).toHaveLength(
      typingLimits.nameLength,
    )
    for (const broken of [{ conversationId: '!' }, { role: 'system' }, { type: 'message' }])
      expect(decodeTyping(JSON.stringify({ ...typing, ...broken }))).toBeUndefined()
    expect(decodeTyping('{"type":"typing"')).toBeUndefined()
  })

  it('[PR9] refuse a hello that names a conversation twice', () => {
    const hello = (ids: readonly string[]) =>
      decodeClientFrame(
        JSON.stringify({ type: 'hello', orgToken: 't', conversations: ids.map((id) => ({ id, after: 0 })) }),
      )
    expect(hello(['c1', 'c2'])).toMatchObject({ type: 'hello' })
    expect(hello(['c1', 'c2', 'c1'])).toBeUndefined()
  })

  it('[PR6] take what a server says that knows only the bootloader and the two POST calls', () => {
    expect(decodePostedMessage({ id: 'm1', role: 'user', content: 'x' })).toEqual({
      id: 'm1',
      sequence: undefined,
      timestamp: undefined,
    })
    expect(decodePostedMessage({ ok: true, id: 17 })).toEqual({
      id: undefined,
      sequence: undefined,
      timestamp: undefined,
    })
    expect(decodePostedMessage(undefined)).toBeUndefined()
    expect(decodeConversation({ id: 'c1', createdAt: 'x' })).toMatchObject({ latestSequence: 0, status: 'open' })
    const boot = { ok: true, org: { id: '1', key: 'k', name: 'n' }, config: {}, orgToken: 'a.b.c' }
    expect(decodeBootloader(boot)).toMatchObject({
      protocol: undefined,
      timestamp: undefined,
      config: { widgetEnabled: true },
    })
  })
})

describe('refusals', () => {
  it('[PR7] of a token are told apart from every other, by code, and by text where an older server gives none (S17)', () => {
    for (const [code, { status, error }] of Object.entries(refusals))
      expect([code, isTokenRefusal(status, { error, code })]).toEqual([code, code.startsWith('token_')])
    expect(isTokenRefusal(403, { error: 'Invalid or expired org token' })).toBe(true)
    expect(isTokenRefusal(403, { error: 'Missing org token' })).toBe(true)
    expect(isTokenRefusal(403, { error: 'Invalid or expired org token', code: 'org_disabled' })).toBe(false)
    expect(isTokenRefusal(403, { error: 'Forbidden' })).toBe(false)
    expect(isTokenRefusal(403, { error: 'Invalid or expired org token', code: 'token_expired' })).toBe(true)
    expect(isTokenRefusal(401, undefined)).toBe(false)
    expect(isTokenRefusal(500, { error: 'Missing org token' })).toBe(false)
  })

  it('[PR8] keep the two texts of the founding document (S17)', () => {
    expect(refusals.token_missing).toEqual({ status: 401, error: 'Missing org token' })
    expect(refusals.token_invalid.error).toBe('Invalid or expired org token')
    expect(refusals.token_expired.error).toBe('Invalid or expired org token')
  })
})
