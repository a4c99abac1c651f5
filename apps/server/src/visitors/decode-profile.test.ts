import { visitorLimits } from '@helvino/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeProfile } from './decode-profile.ts'

const change = (body: object) => {
  const decoded = decodeProfile(body)
  return decoded.kind === 'ok' ? decoded.change : decoded.field
}

it('[VF6] takes what a visitor may tell, and nothing else', () => {
  const page = { url: 'https://shop.example/cart', title: 'Cart' }
  const whole = { name: ' Ann ', email: 'ann+chat@shop.example', language: 'pt-BR', page }
  expect(change({ ...whole, browser: 'Mosaic', visitorId: 'p_x' })).toEqual({ ...whole, name: 'Ann' })
  expect(change({})).toEqual({})
  expect(change({ name: '  ', email: null })).toEqual({ name: null, email: null })
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (one, other) => {
      decodeProfile(one)
      decodeProfile({ name: one, page: other })
      decodeProfile({ email: one, page: { url: one, title: other } })
    }),
  )
})

it.each([
  ['name', { name: 'x'.repeat(visitorLimits.nameLength + 1) }],
  ['name', { name: 'two\nlines' }],
  ['name', { name: '\ud800' }],
  ['name', { name: 7 }],
  ['email', { email: 'nobody' }],
  ['email', { email: 'two words@shop.example' }],
  ['email', { email: `${'x'.repeat(visitorLimits.emailLength)}@shop.example` }],
  ['language', { language: 'no language' }],
  ['page', { page: null }],
  ['page', { page: { url: '/cart', title: '' } }],
  ['page', { page: { url: 'javascript:alert(1)', title: '' } }],
  ['page', { page: { url: 'file:///etc/passwd', title: '' } }],
  ['page', { page: { url: `https://shop.example/${'x'.repeat(visitorLimits.urlLength)}`, title: '' } }],
  ['page', { page: { url: 'https://shop.example/', title: 7 } }],
])('[VF7] refuses a bad %s by its name', (field, body) => {
  expect(change({ name: 'Ann', ...body })).toBe(field)
})

it('[VF8] keeps of a page its origin and path, and the start of its title', () => {
  const page = (url: string, title = '') => change({ page: { url, title } })
  const kept = { page: { url: 'https://shop.example/reset', title: '' } }
  expect(page('https://shop.example/reset?token=secret#also-secret')).toEqual(kept)
  expect(page('https://user:password@shop.example/reset')).toEqual(kept)
  expect(page(`https://shop.example/reset?${'x'.repeat(9_000)}`)).toEqual(kept)
  const long = `${'x'.repeat(visitorLimits.titleLength - 1)}\u{1F600}`
  expect(page(kept.page.url, ` A\n\u0000title `)).toEqual({ page: { ...kept.page, title: 'A title' } })
  expect(page(kept.page.url, long)).toEqual({ page: { ...kept.page, title: long.slice(0, -2) } })
})
