import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTokenExpiration } from './jwt.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (payload: unknown) => `${part({ alg: 'HS256' })}.${part(payload)}.c2ln`

describe('parseTokenExpiration', () => {
  it('[TP1] reads exp in Unix seconds, with text beyond ASCII around it', () => {
    expect(parseTokenExpiration(token({ exp: 1_798_761_900 }))).toBe(1_798_761_900)
    expect(parseTokenExpiration(token({ name: 'Zoë ✓ 日本', exp: 1.5 }))).toBe(1.5)
  })

  it.each([
    ['', 'empty'],
    ['a.b', 'two parts'],
    [`${token({ exp: 1 })}.x`, 'four parts'],
    [`.${part({ exp: 1 })}.c2ln`, 'an empty header'],
    [`e30.${part({ exp: 1 })}.`, 'an empty signature'],
    [token({ exp: '1' }), 'exp as text'],
    [token({ exp: null }), 'exp null'],
    [token({}), 'no exp'],
    [token(null), 'null payload'],
    [token([1]), 'a list'],
    ['e30.bm8ganNvbg.c2ln', 'no JSON'],
    ['e30.a.c2ln', 'no base64'],
    [`e30.${part({ exp: 1 })}=.c2ln`, 'padding'],
    [`e30.${Buffer.from('{"exp":1e999}').toString('base64url')}.c2ln`, 'an infinite exp'],
  ])('[TP2] gives null for what is malformed: %s (%s)', (malformed) => {
    expect(parseTokenExpiration(malformed)).toBeNull()
  })

  it('[TP2] never throws, whatever the text', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
      fc.json().map((json) => `e30.${Buffer.from(json).toString('base64url')}.c2ln`),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const result = parseTokenExpiration(text)
        expect(result === null || Number.isFinite(result)).toBe(true)
      }),
    )
  })
})
