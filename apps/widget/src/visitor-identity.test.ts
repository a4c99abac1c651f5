import { SimBrowser } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { findVisitorId, keepVisitorId } from './visitor-identity.ts'

const site = { siteId: 'site_a' }

function tab(storage: (of: SimBrowser) => void = () => undefined) {
  const browser = new SimBrowser({ server: { respond: () => ({ status: 204 }) } })
  storage(browser)
  return { browser, ...browser.openTab().runtime }
}

describe('the visitor’s id', () => {
  it('[WI1] is minted with a version 4 UUID, and stored only when it is kept (S01)', () => {
    const { storage, random } = tab()
    const id = findVisitorId(site, storage, random)
    expect(id).toMatch(/^v_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(storage.get('helvino/site_a/visitor')).toBeUndefined()
    expect(keepVisitorId(site, storage, id)).toBe(id)
    expect(findVisitorId(site, storage, random)).toBe(id)
  })

  it('[WI2] of another tab that was first to keep one is the one that holds', () => {
    const { storage, random } = tab()
    const [first, second] = [findVisitorId(site, storage, random), findVisitorId(site, storage, random)]
    keepVisitorId(site, storage, first)
    expect(keepVisitorId(site, storage, second)).toBe(first)
  })

  it('[WI3] belongs to one site', () => {
    const { storage, random } = tab()
    keepVisitorId(site, storage, findVisitorId(site, storage, random))
    expect(findVisitorId({ orgKey: 'b' }, storage, random)).not.toBe(findVisitorId(site, storage, random))
  })

  it('[WI4] that is stored malformed is replaced', () => {
    const { storage, random } = tab()
    storage.set('helvino/site_a/visitor', 'v_short')
    const id = findVisitorId(site, storage, random)
    expect(keepVisitorId(site, storage, id)).toBe(id)
    expect(storage.get('helvino/site_a/visitor')).toBe(id)
  })
})
