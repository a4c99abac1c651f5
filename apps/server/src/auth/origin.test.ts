import { describe, expect, it } from 'vitest'
import { decideOrigin, parseOrigin } from './origin.ts'

const own = 'https://chat.example.com'
const decide = (origin: string | undefined, allowedOrigins: string[] = [], fetchSite?: string) =>
  decideOrigin({ origin, fetchSite, allowedOrigins, ownOrigins: [own] })

describe('origin', () => {
  it.each(['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://[::1]:3000', own])(
    '[ORI1] admits %s in set-up mode',
    (origin) => {
      expect(decide(origin)).toBe('allowed')
    },
  )

  it.each([
    'https://shop.example',
    'https://localhost.evil.example',
    'https://evil-localhost',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.2',
    'https://chat.example.com:444',
    'http://chat.example.com',
  ])('[ORI2] refuses %s in set-up mode', (origin) => {
    expect(decide(origin)).toBe('refused')
  })

  it("[ORI3] admits exactly the listed origins and the server's own once there is a list, and localhost no longer", () => {
    const list = ['https://shop.example', 'http://shop.example:8080']
    expect(decide('https://shop.example', list)).toBe('allowed')
    expect(decide('http://shop.example:8080', list)).toBe('allowed')
    expect(decide(own, list)).toBe('allowed')
    for (const origin of [
      'http://localhost:3000',
      'http://shop.example',
      'https://www.shop.example',
      'https://shop.example.evil.example',
      'https://evilshop.example',
      'https://shop.example:444',
    ])
      expect(decide(origin, list), origin).toBe('refused')
  })

  it.each([
    'null',
    '',
    'file://',
    'shop.example',
    'https://shop.example/',
    'https://SHOP.example',
    'https://u@shop.example',
    'https://shop.example:443',
    'http://LOCALHOST:3000',
    'http://localhost/',
    'http://u@localhost',
    'ws://localhost',
  ])('[ORI4] refuses %j, which names no origin as a browser spells it', (origin) => {
    expect(decide(origin, ['https://shop.example', 'null', ''])).toBe('refused')
    expect(decide(origin)).toBe('refused')
  })

  it.each([
    [undefined, 'allowed'],
    ['same-origin', 'allowed'],
    ['same-site', 'refused'],
    ['cross-site', 'refused'],
    ['none', 'refused'],
  ])('[ORI5] with no Origin and Sec-Fetch-Site %s: %s', (fetchSite, decision) => {
    expect(decide(undefined, ['https://shop.example'], fetchSite)).toBe(decision)
  })

  it('[ORI4] does not let Sec-Fetch-Site speak for an Origin that is sent', () => {
    expect(decide('https://evil.example', [], 'same-origin')).toBe('refused')
  })

  it('[ORI6] parses an address to its origin, and anything but http and https to nothing', () => {
    expect(parseOrigin('https://Shop.Example:443/a?b#c')).toBe('https://shop.example')
    for (const text of [
      '',
      'null',
      'javascript:alert(1)',
      'file:///etc',
      'data:,x',
      'blob:https://a.example/1',
      '//a.example',
    ])
      expect(parseOrigin(text), text).toBeUndefined()
  })
})
