import { limits } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { decodeBatchBody, decodeIdempotencyKey, decodeLoginBody, decodeMessageBody } from './decode-body.ts'

const content = 'hello'
const codeOf = (decoded: { readonly kind: string; readonly code?: string }) => decoded.code ?? decoded.kind

describe('the body of a message', () => {
  it.each([
    ['no object', 'text', 'request_invalid'],
    ['no text', {}, 'content_invalid'],
    ['a text that is none', { content: 7 }, 'content_invalid'],
    ['a role that is no text', { content, role: 1 }, 'role_invalid'],
    ['a key with a space', { content, clientMessageId: 'a b' }, 'request_invalid'],
    ['a key that is no text', { content, clientMessageId: 7 }, 'request_invalid'],
    ['a key that is too long', { content, clientMessageId: 'a'.repeat(65) }, 'request_invalid'],
  ])('[CV55] is refused with %s', (_, body, code) => {
    expect(codeOf(decodeMessageBody(body, undefined))).toBe(code)
  })

  it('[CV56] names its key in the body, in the header or in both the same, and may have none', () => {
    const keyOf = (clientMessageId: unknown, header: string | undefined) => {
      const decoded = decodeMessageBody({ content, role: 'user', clientMessageId }, header)
      return decoded.kind === 'ok' ? decoded.value.clientMessageId : decoded.code
    }
    expect(keyOf('k1', undefined)).toBe('k1')
    expect(keyOf(undefined, 'k1')).toBe('k1')
    expect(keyOf('k1', 'k1')).toBe('k1')
    expect(keyOf(undefined, undefined)).toBeUndefined()
    expect(keyOf('k1', 'k2')).toBe('request_invalid')
    expect(keyOf(undefined, 'a b')).toBe('request_invalid')
  })

  it('[CV57] has its key in the header of a call that opens a conversation, or has none', () => {
    expect(decodeIdempotencyKey(undefined)).toEqual({ kind: 'ok', value: undefined })
    expect(decodeIdempotencyKey('k1')).toEqual({ kind: 'ok', value: 'k1' })
    expect(codeOf(decodeIdempotencyKey('a b'))).toBe('request_invalid')
  })
})

describe('the body of a batch', () => {
  const message = (clientMessageId?: string) => ({ content, clientMessageId })
  const many = (count: number) => Array.from({ length: count }, (_, index) => message(String(index)))

  it.each([
    ['no object', 'text', 'request_invalid'],
    ['no messages', { messages: [] }, 'request_invalid'],
    ['messages that are no list', { messages: message('a') }, 'request_invalid'],
    ['one message too many', { messages: many(limits.batchMessages + 1) }, 'request_invalid'],
    ['a message that is malformed', { messages: [message('a'), { clientMessageId: 'b' }] }, 'content_invalid'],
    ['a message without a key', { messages: [message('a'), message()] }, 'request_invalid'],
    ['a key twice', { messages: [message('a'), message('b'), message('a')] }, 'request_invalid'],
  ])('[CV58] is refused as a whole with %s', (_, body, code) => {
    expect(codeOf(decodeBatchBody(body))).toBe(code)
  })

  it('[CV58] holds up to the most messages, in their order', () => {
    const decoded = decodeBatchBody({ messages: many(limits.batchMessages) })
    if (decoded.kind === 'refused') throw new Error(decoded.message)
    expect(decoded.value.map(({ clientMessageId }) => clientMessageId)).toEqual(
      many(limits.batchMessages).map(({ clientMessageId }) => clientMessageId),
    )
  })
})

describe('the body of a login', () => {
  const password = 'p'.repeat(128)
  const email = `${'a'.repeat(249)}@b.cd`

  it.each([
    ['without an address', { password }],
    ['without a password', { email }],
    ['with an address that is longer than one can be', { email: `a${email}`, password }],
    ['with a password that would be costly to look at', { email, password: `p${password}` }],
  ])('[CV59] is refused %s', (_, body) => {
    expect(decodeLoginBody(body)).toBeUndefined()
  })

  it('[CV59] is taken up to these lengths, with its address as it is kept', () => {
    expect(decodeLoginBody({ email, password })).toEqual({ email, password })
    expect(decodeLoginBody({ email: ' Ann@Shop.example ', password })?.email).toBe('ann@shop.example')
  })
})
