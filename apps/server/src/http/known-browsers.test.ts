import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createKnownBrowsers } from './known-browsers.ts'

const day = 24 * 60 * 60 * 1_000

function world(publicUrl?: string, seed = 1) {
  const clock = new SimClock()
  const visitorKey = new SimRandom(seed).bytes(32)
  return { clock, browsers: createKnownBrowsers({ visitorKey, publicUrl, clock, random: new SimRandom(2) }) }
}

const pairOf = (setCookie: string) => setCookie.split(';')[0] ?? ''

describe('known browsers', () => {
  it('[KB1] knows a browser again for the address that logged in there, and for no other', () => {
    const { browsers } = world()
    const anns = pairOf(browsers.remember('ann@shop.example'))
    const known = browsers.find(`a=1; ${anns}; helvino.session=x`, 'ann@shop.example')
    expect(known).toMatch(/^[\w-]{22}\.\d+$/)
    expect(browsers.find(anns, 'bob@shop.example')).toBeUndefined()
    const again = pairOf(browsers.remember('ann@shop.example'))
    expect(browsers.find(again, 'ann@shop.example')).not.toBe(known)
  })

  it('[KB2] believes nothing that it has not signed, and nothing that is too old', async () => {
    const { clock, browsers } = world()
    const email = 'ann@shop.example'
    const value = pairOf(browsers.remember(email))
    const foreign = pairOf(world(undefined, 7).browsers.remember(email))
    const changed = value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    const later = value.replace(/\.(\d+)\./, (_all, since: string) => `.${String(Number(since) + 1)}.`)
    for (const forged of [
      undefined,
      '',
      'helvino.known=',
      foreign,
      changed,
      later,
      value.slice(0, -1),
      `${value}A`,
      `x${value}`,
    ])
      expect(browsers.find(forged, email)).toBeUndefined()
    await clock.advance(180 * day)
    expect(browsers.find(value, email)).toBeDefined()
    await clock.advance(2_000)
    expect(browsers.find(value, email)).toBeUndefined()
  })

  it('[KB3] is told by a cookie of this host alone that no script reads', () => {
    const secure = world('https://chat.example.com').browsers.remember('ann@shop.example')
    expect(secure).toMatch(/^__Host-helvino\.known=/)
    for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure', 'Max-Age=15552000'])
      expect(secure.split('; ')).toContain(attribute)
    expect(world().browsers.remember('ann@shop.example')).not.toContain('Secure')
  })
})
