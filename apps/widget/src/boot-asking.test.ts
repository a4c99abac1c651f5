import { type SimAnswer, SimBrowser } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createBootAsking } from './boot-asking.ts'

const visitorId = 'v_11111111-1111-4111-8111-111111111111'

/** A loader whose server answers as `answer` says; `heard` decides which answers are final. */
function world(isFinal: (status: number) => boolean = (status) => status === 200) {
  const server: { answer: SimAnswer } = { answer: { status: 503 } }
  const { clock, network } = new SimBrowser({ server: { respond: () => server.answer } }).openTab()
  const { request } = network
  const statuses: number[] = []
  const asking = createBootAsking(
    { clock, request: request.bind(network), apiUrl: 'https://chat', site: { siteId: 'a' } },
    () => visitorId,
    new AbortController().signal,
    (status) => {
      statuses.push(status)
      return isFinal(status)
    },
  )
  const askAfter = async (waitMs: number) => {
    await clock.advance(waitMs)
    asking.ask()
    await clock.settle()
    return network.log.length
  }
  return { server, asking, askAfter, network, statuses }
}

describe('the loader’s bootloader call', () => {
  it('[WR1] is made once, by site and visitor, for all who want it', async () => {
    const { server, asking, askAfter, network } = world()
    server.answer = { status: 200, body: { ok: true } }
    asking.ask()
    expect(await askAfter(0)).toBe(1)
    expect(await askAfter(3_600_000)).toBe(1)
    expect(network.log[0]?.headers).toEqual({ 'x-site-id': 'a', 'x-visitor-id': visitorId })
    expect(asking.last()?.body).toBe('{"ok":true}')
  })

  it('[WR2] is not made again within 5 s of one that came to nothing', async () => {
    const { server, askAfter } = world()
    for (const answer of [{ status: 503 }, { status: 200, body: 'no record' }, { status: 403, body: {} }]) {
      server.answer = answer
      const count = await askAfter(10_000)
      expect(await askAfter(4_900)).toBe(count)
      server.answer = { status: 503 }
      expect(await askAfter(200)).toBe(count + 1)
    }
  })

  it('[WR3] is not made again before Retry-After', async () => {
    const { server, askAfter } = world()
    server.answer = { status: 429, headers: { 'retry-after': '60' } }
    expect(await askAfter(0)).toBe(1)
    expect(await askAfter(59_000)).toBe(1)
    server.answer = { status: 429, headers: { 'retry-after': '1' } }
    expect(await askAfter(2_000)).toBe(2)
    expect(await askAfter(4_000)).toBe(2)
    expect(await askAfter(2_000)).toBe(3)
  })

  it('[WR4] is not made again after a final refusal', async () => {
    const { server, askAfter, statuses } = world((status) => status === 404)
    server.answer = { status: 404, body: { code: 'not_found' } }
    await askAfter(0)
    expect(await askAfter(3_600_000)).toBe(1)
    expect(statuses).toEqual([404])
  })

  it('[WR5] that came to nothing is still what a panel hears that is opened just then', async () => {
    const { asking, askAfter } = world()
    await askAfter(0)
    expect(asking.last()?.body).toBeUndefined()
    expect((await asking.last()?.response)?.status).toBe(503)
  })
})
