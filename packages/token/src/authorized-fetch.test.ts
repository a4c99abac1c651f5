import { Readable } from 'node:stream'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createTokenRenewer, type CreateTokenRenewerOptions } from './create-token-renewer.ts'
import type { TokenAnswer } from './renewer-options.ts'
import { TokenError } from './token-error.ts'

interface Sent {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** A renewer whose tokens are t1, t2, ... and an API that answers with the statuses that the test scripts, then with 200. */
function rig(options: Partial<CreateTokenRenewerOptions> = {}, ...statuses: number[]) {
  const clock = new SimClock()
  const sent: Sent[] = []
  let issued = 0
  const renewer = createTokenRenewer({
    clock,
    random: new SimRandom(1),
    fetchToken: async () => {
      const issuerNowMs = clock.nowMs()
      return { kind: 'issued', token: `t${(issued += 1)}`, issuerNowMs, expiresAtMs: issuerNowMs + 300_000 }
    },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { url } = request
      sent.push({ url, headers: Object.fromEntries(request.headers), body: await request.text() })
      return new Response('answer', { status: statuses.shift() ?? 200 })
    },
    ...options,
  })
  const tokens = () => sent.map(({ headers }) => headers['authorization'])
  return { clock, renewer, sent, tokens, issued: () => issued }
}

const url = 'http://api.test/orders'
const streamOf = (text: string) => new Blob([text]).stream()
const nodeStreamOf = (text: string) => Readable.from([text]) as unknown as BodyInit
/** A request as a browser has it that shows no body of any. */
const hiding = (method: string) => Object.defineProperty(new Request(url, { method }), 'body', { value: undefined })
const down: TokenAnswer = { kind: 'unavailable', reason: 'down', retryAfterMs: 7_000 }

describe('renewer.fetch', () => {
  it('[TF1] sends with the token of that moment, beside the headers that were given', async () => {
    const { renewer, sent, clock } = rig()
    const { fetch } = renewer
    expect(await (await fetch(url, { headers: { 'X-Shop': '7' } })).text()).toBe('answer')
    await clock.timeline.advance(300_000)
    await fetch(new Request(url, { headers: { 'X-Shop': '8' } }))
    expect(sent.map(({ headers }) => [headers['authorization'], headers['x-shop']])).toEqual([
      ['Bearer t1', '7'],
      ['Bearer t2', '8'],
    ])
  })

  it('[TF1] puts the token where the API wants it, and knows a refusal by what the API says', async () => {
    const { renewer, sent } = rig(
      {
        authorize: (headers, token) => headers.set('X-Token', token),
        isTokenRefusal: ({ status }) => status === 419,
      },
      419,
    )
    expect((await renewer.fetch(url)).status).toBe(200)
    expect(sent.map(({ headers }) => [headers['x-token'], headers['authorization']])).toEqual([
      ['t1', undefined],
      ['t2', undefined],
    ])
  })

  it('[TF2] renews a refused token once and sends once more, with the same headers and body', async () => {
    const { renewer, sent, tokens, issued } = rig({}, 401)
    const headers = new Headers({ 'Idempotency-Key': 'k1' })
    const turn = renewer.fetch(url, { method: 'POST', headers, body: 'two boxes' })
    headers.set('Idempotency-Key', 'k2')
    expect((await turn).status).toBe(200)
    expect(tokens()).toEqual(['Bearer t1', 'Bearer t2'])
    expect(sent.map(({ headers: { 'idempotency-key': key }, body }) => [key, body])).toEqual([
      ['k1', 'two boxes'],
      ['k1', 'two boxes'],
    ])
    expect(issued()).toBe(2)
  })

  it('[TF2] gives a second refusal as it is, and the next request is turned away without being sent', async () => {
    const { renewer, sent } = rig({}, 401, 401)
    expect((await renewer.fetch(url)).status).toBe(401)
    await expect(renewer.fetch(url)).rejects.toMatchObject({ name: 'TokenError', code: 'rejected' })
    expect(sent).toHaveLength(2)
  })

  it('[TF3] calls a body that is a function anew for each time that it sends', async () => {
    const { renewer, sent } = rig({}, 401)
    let made = 0
    const body = () => streamOf(`made ${(made += 1)}`)
    expect((await renewer.fetch(url, { method: 'POST', body, duplex: 'half' })).status).toBe(200)
    expect(sent.map((request) => request.body)).toEqual(['made 1', 'made 2'])
  })

  it.each([
    ['a stream', () => [url, { method: 'POST', body: streamOf('once'), duplex: 'half' }] as const],
    ['a stream of Node', () => [url, { method: 'POST', body: nodeStreamOf('once'), duplex: 'half' }] as const],
    ['a request with a body', () => [new Request(url, { method: 'POST', body: 'once' })] as const],
    ['a request that may have a body, where the browser shows none', () => [hiding('POST')] as const],
  ])('[TF4] sends %s once: its refusal is the answer, and the next request has a renewed token', async (_, given) => {
    const { renewer, sent, tokens } = rig({}, 401)
    const [input, init] = given()
    expect((await renewer.fetch(input, init)).status).toBe(401)
    expect(sent).toHaveLength(1)
    await renewer.fetch(url)
    expect(tokens()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('[TF4] sends a request without a body again', async () => {
    for (const request of [new Request(url), hiding('GET'), hiding('HEAD')]) {
      const { renewer, tokens } = rig({}, 401)
      expect((await renewer.fetch(request)).status).toBe(200)
      expect(tokens()).toEqual(['Bearer t1', 'Bearer t2'])
    }
  })

  it('[TF5] neither renews nor sends again for any other status', async () => {
    for (const status of [400, 403, 404, 429, 500, 503]) {
      const { renewer, sent, issued } = rig({}, status)
      expect((await renewer.fetch(url)).status).toBe(status)
      expect([sent.length, issued()]).toEqual([1, 1])
    }
  })

  it("[TF6] waits within the signal, and rejects with the signal's own reason", async () => {
    const { renewer, sent } = rig({ fetchToken: () => new Promise<never>(() => {}) })
    const stop = new AbortController()
    const turns = [
      renewer.fetch(url, { signal: stop.signal }),
      renewer.fetch(new Request(url, { signal: stop.signal })),
    ]
    stop.abort()
    for (const turn of turns) await expect(turn).rejects.toMatchObject({ name: 'AbortError' })
    expect(sent).toEqual([])
    expect(renewer.snapshot().waiting).toBe(0)
  })

  it('[TF6] waits no longer than `waitWithinMs`, and says when the issuer wants to be asked again', async () => {
    const { renewer, clock, sent } = rig({ waitWithinMs: 2_000, fetchToken: async () => down })
    const turn = renewer.fetch(url).catch((error: unknown) => error)
    await clock.timeline.advance(2_000)
    const error = await turn
    expect(error).toBeInstanceOf(TokenError)
    expect(error).toMatchObject({ code: 'unavailable', cause: 'down', retryAfterMs: 5_000 })
    expect(sent).toEqual([])
  })

  it('[TF7] takes an option that is undefined for one that is absent', async () => {
    const absent = { bufferMs: undefined, authorize: undefined, shareAs: undefined, life: undefined }
    const { renewer, tokens } = rig(absent as unknown as Partial<CreateTokenRenewerOptions>)
    await renewer.fetch(url)
    await renewer.fetch(url)
    expect(tokens()).toEqual(['Bearer t1', 'Bearer t1'])
  })
})
