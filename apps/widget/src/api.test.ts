import { askedNow } from '@helvino/client'
import type { HttpRequest } from '@helvino/runtime'
import { type SimAnswer, SimBrowser } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createApi, loadBootloader, parseTokenExpiration } from './api.ts'
import type { BootCall } from './panel-terms.ts'
import { keepVisitorId } from './visitor-identity.ts'

const site = { orgKey: 'demo' }
const visitorId = 'v_11111111-1111-4111-8111-111111111111'
const lifeMs = 300_000

/** A page of an older server, which knows the bootloader and the two POST calls. */
function world() {
  const browser = new SimBrowser({ server: { respond } })
  const tab = browser.openTab()
  const { clock, network } = tab
  let issued = 0
  function bootloader(): object {
    issued += 1
    const payload = Buffer.from(JSON.stringify({ exp: (clock.nowMs() + lifeMs) / 1_000 })).toString('base64url')
    const orgToken = `h${String(issued)}.${payload}.s`
    const timestamp = new Date(clock.nowMs()).toISOString()
    return { ok: true, org: { id: 'o', key: 'demo', name: 'Demo' }, config: {}, orgToken, env: 'test', timestamp }
  }
  function respond({ url }: HttpRequest): SimAnswer {
    if (url.endsWith('/api/bootloader')) return { status: 200, body: bootloader() }
    if (url.endsWith('/conversations')) return { status: 201, body: { id: 'c', createdAt: '' } }
    return { status: 201, body: { id: `m${String(network.log.length)}` } }
  }
  const answered = (): BootCall => {
    const response = { status: 200, header: () => undefined, body: JSON.stringify(bootloader()) }
    return { asked: askedNow(clock), response: Promise.resolve(response), body: response.body }
  }
  const { runtime } = tab
  const keep = () => keepVisitorId(site, runtime.storage, visitorId)
  const open = (boot?: BootCall) =>
    createApi({ runtime, apiUrl: 'https://chat', site, visitorId, keepVisitorId: keep, bufferMs: 15_000, boot })
  const paths = () => network.log.map(({ url }) => url.slice('https://chat'.length))
  return { tab, clock, network, open, answered, paths, bootloader }
}

describe('the widget’s door to the API', () => {
  it('[WA1] offers the parsing of tokens', () => {
    expect(parseTokenExpiration('a.eyJleHAiOjd9.c')).toBe(7)
    expect(parseTokenExpiration('nonsense')).toBeNull()
  })

  it('[WA2] writes with the loader’s token, and makes no bootloader call of its own (S04)', async () => {
    const { clock, open, answered, paths } = world()
    const api = open(answered())
    expect(api.isTokenExpiredOrExpiring()).toBe(false)
    await api.ensureValidToken()
    await api.client.start()
    await api.sendMessage('hello')
    await clock.settle()
    expect(paths()).toEqual(['/conversations', '/conversations/c/messages'])
    api.client.dispose()
  })

  it('[WA3] waits for the loader’s call where that is under way, and makes no second one', async () => {
    const { clock, open, answered, paths } = world()
    const { asked, response } = answered()
    let arrive: () => void = () => undefined
    const late = new Promise<Awaited<typeof response>>((resolve) => {
      arrive = () => resolve(response)
    })
    const api = open({ asked, response: late, body: undefined })
    void api.client.start()
    await api.sendMessage('hello')
    await clock.advance(2_000)
    expect(api.client.state.delivery.isWaitingForToken).toBe(true)
    arrive()
    await clock.settle()
    expect(paths()).not.toContain('/api/bootloader')
    expect(paths().at(-1)).toBe('/conversations/c/messages')
    api.client.dispose()
  })

  it('[WA4] counts the life of a token from when the loader asked for it', async () => {
    const { clock, open, answered } = world()
    const { asked, response } = answered()
    await clock.advance(10_000)
    const api = open({ asked, response, body: undefined })
    await api.ensureValidToken()
    await clock.advance(lifeMs - 15_000 - 10_000 - 1)
    expect(api.isTokenExpiredOrExpiring()).toBe(false)
    await clock.advance(1)
    expect(api.isTokenExpiredOrExpiring()).toBe(true)
    api.client.dispose()
  })

  it('[WA5] asks for itself where the loader’s call came to nothing, or its token has run out since', async () => {
    const failed = world()
    const gone = { asked: askedNow(failed.clock), response: Promise.reject(new Error('gone')), body: undefined }
    const retrying = failed.open(gone)
    void retrying.ensureValidToken().catch(() => undefined)
    await failed.clock.advance(15_000)
    expect(failed.paths()).toEqual(['/api/bootloader'])
    expect(retrying.isTokenExpiredOrExpiring()).toBe(false)
    retrying.client.dispose()

    const stale = world()
    const boot = stale.answered()
    await stale.clock.advance(lifeMs)
    const renewing = stale.open(boot)
    await renewing.ensureValidToken()
    expect(stale.paths()).toEqual(['/api/bootloader'])
    renewing.client.dispose()
  })

  it('[WA6] a token of an id that another tab did not keep is not used', async () => {
    const { tab, open, answered, network } = world()
    const kept = 'v_22222222-2222-4222-8222-222222222222'
    tab.runtime.storage.set('helvino/demo/visitor', kept)
    const api = open(answered())
    await api.ensureValidToken()
    expect(network.log.map(({ headers }) => headers['x-visitor-id'])).toEqual([kept])
    api.client.dispose()
  })

  it('[WA7] refreshOrgToken asks the bootloader once for all who call', async () => {
    const { open, answered, paths } = world()
    const api = open(answered())
    await Promise.all([api.refreshOrgToken(), api.refreshOrgToken(), api.refreshOrgToken()])
    expect(paths()).toEqual(['/api/bootloader'])
    api.client.dispose()
  })

  it('[WA8] createConversation makes one, with a valid token', async () => {
    const { open, paths } = world()
    const api = open()
    expect(await api.createConversation()).toEqual({ kind: 'answered', value: 'c' })
    expect(paths()).toEqual(['/api/bootloader', '/conversations'])
    api.client.dispose()
  })

  it('[WA9] loadBootloader tells the organisation’s settings', async () => {
    const { clock, network } = world()
    const identity = { 'x-org-key': site.orgKey }
    const result = await loadBootloader(
      { apiUrl: 'https://chat', identity },
      network,
      clock,
      new AbortController().signal,
    )
    expect(result).toMatchObject({ kind: 'answered', value: { orgName: 'Demo' } })
  })

  it('[WA10] knows the organisation’s name as soon as the loader does', () => {
    const { open, answered } = world()
    const { client } = open(answered())
    expect(client.state.orgName).toBe('Demo')
    client.dispose()
  })

  it('[WA10] learns the organisation’s name by its own call where the loader’s came to nothing', async () => {
    const { clock, open } = world()
    const { client } = open({ asked: askedNow(clock), response: Promise.reject(new Error('gone')), body: undefined })
    void client.renewer.ensureValidToken().catch(() => undefined)
    await clock.advance(15_000)
    expect(client.state.orgName).toBe('Demo')
    client.dispose()
  })
})
