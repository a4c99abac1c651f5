import { describe, expect, it } from 'vitest'
import { readPageSettings } from './page-settings.ts'

function read(words: { siteId?: unknown; orgKey?: unknown }, attributes: Record<string, string> = {}) {
  const { siteId, orgKey } = words
  const attribute = (name: string) => attributes[name] ?? null
  return readPageSettings({ siteId, orgKey, attribute, scriptUrl: 'https://chat.example:8443/embed.js?v=1' })
}

describe('what the page says about the widget', () => {
  it('[WP1] the API is at the origin of the script (S15)', () => {
    expect(read({ orgKey: 'demo' })).toEqual({ apiUrl: 'https://chat.example:8443', site: { orgKey: 'demo' } })
  })

  it('[WP2] data-api names another API (S15)', () => {
    const given = { 'data-api': 'https://api.example/chat/' }
    expect(read({ orgKey: 'demo' }, given)).toMatchObject({ apiUrl: 'https://api.example/chat' })
  })

  it('[WP3] the site id is preferred to the org key, and the window to the attribute (S15)', () => {
    const attributes = { 'data-site-id': 'site_b', 'data-org-key': 'key_b' }
    expect(read({ siteId: 'site_a', orgKey: 'key_a' }, attributes)).toMatchObject({ site: { siteId: 'site_a' } })
    expect(read({ orgKey: 'key_a' }, attributes)).toMatchObject({ site: { siteId: 'site_b' } })
    expect(read({ orgKey: 'key_a' }, { 'data-org-key': 'key_b' })).toMatchObject({ site: { orgKey: 'key_a' } })
    expect(read({}, { 'data-org-key': 'key_b' })).toMatchObject({ site: { orgKey: 'key_b' } })
  })

  it('[WP4] a page that names no site, or no address, is told what is missing', () => {
    expect(read({})).toBe('HELVINO_SITE_ID is not set')
    expect(read({ orgKey: 'demo' }, { 'data-api': 'http://[' })).toMatch(/^data-api: /)
  })
})
