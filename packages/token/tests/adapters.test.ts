import axios from 'axios'
import ky from 'ky'
import createClient from 'openapi-fetch'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useAxiosToken } from '../src/axios.ts'
import { createTokenRenewer, type FetchingTokenRenewer } from '../src/index.ts'
import { kyToken } from '../src/ky.ts'
import { openapiFetchToken } from '../src/openapi-fetch.ts'
import { readTokenResponse } from '../src/token-response.ts'
import { type Api, startApi } from './api-server.ts'

interface Paths {
  '/orders': { post: { requestBody: { content: { 'application/json': unknown } }; responses: { 200: never } } }
  '/forbidden': { post: { requestBody: { content: { 'application/json': unknown } }; responses: { 200: never } } }
}
type Path = keyof Paths

let api: Api
let renewer: FetchingTokenRenewer

beforeEach(async () => {
  api = await startApi()
  const { url } = api
  const fetchToken = async (signal: AbortSignal) =>
    readTokenResponse(await fetch(`${url}/token`, { method: 'POST', signal }))
  renewer = createTokenRenewer({ fetchToken })
})
afterEach(async () => {
  renewer.dispose()
  await api.close()
})

/** Each posts `order` as JSON with an idempotency key, and gives the status. */
const clients: Record<string, () => (path: Path, order: object) => Promise<number>> = {
  ky: () => {
    const client = ky.create({ prefix: api.url, throwHttpErrors: false, retry: 0, ...kyToken(renewer) })
    return async (path, json) =>
      (await client.post(path.slice(1), { json, headers: { 'Idempotency-Key': 'k1' } })).status
  },
  axios: () => {
    const client = axios.create({ baseURL: api.url })
    useAxiosToken(client, renewer)
    return async (path, order) => {
      const headers = { 'Idempotency-Key': 'k1' }
      const answer = await client.post(path, order, { headers }).catch((error: unknown) => {
        if (axios.isAxiosError(error) && error.response) return error.response
        throw error
      })
      return answer.status
    }
  },
  'openapi-fetch': () => {
    const client = createClient<Paths>({ baseUrl: api.url, ...openapiFetchToken(renewer) })
    return async (path, body) => {
      const { response } = await client.POST(path, { body, headers: { 'Idempotency-Key': 'k1' } })
      return response.status
    }
  },
}

describe.each(Object.keys(clients))('%s', (name) => {
  const client = () => clients[name]!()

  it('[TA1] sends with the token of that moment', async () => {
    const post = client()
    expect(await post('/orders', { boxes: 2 })).toBe(200)
    await renewer.refresh()
    expect(await post('/orders', { boxes: 3 })).toBe(200)
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('[TA2] renews a refused token once and sends the same request once more', async () => {
    api.refused.add('t1')
    expect(await client()('/orders', { boxes: 2 })).toBe(200)
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
    for (const { body, headers, path } of api.received) {
      expect([path, JSON.parse(body), headers['idempotency-key']]).toEqual(['/orders', { boxes: 2 }, 'k1'])
      expect(headers['content-type']).toContain('application/json')
    }
  })

  it('[TA2] gives a second refusal as it is', async () => {
    api.refused.add('t1').add('t2')
    expect(await client()('/orders', {})).toBe(401)
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
    await expect(renewer.validToken()).rejects.toMatchObject({ code: 'rejected' })
  })

  it('[TA3] neither renews nor sends again for a 403', async () => {
    expect(await client()('/forbidden', {})).toBe(403)
    expect([api.received.length, api.issued()]).toEqual([1, 1])
  })
})

describe('one client and its own ways', () => {
  it('[CV1] a fetch that ky is given sends an address as it sends a request, each with the token', async () => {
    const { fetch } = kyToken(renewer)
    const answers = [await fetch(`${api.url}/orders`), await fetch(new Request(`${api.url}/orders`))]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t1'])
  })

  it('[CV2] axios waits for a token no longer than its own signal, and sends nothing then', async () => {
    const client = axios.create({ baseURL: api.url })
    const never = createTokenRenewer({ fetchToken: () => new Promise<never>(() => undefined) })
    useAxiosToken(client, never)
    const stop = new AbortController()
    const turn = client.get('/orders', { signal: stop.signal })
    stop.abort()
    await expect(turn).rejects.toMatchObject({ code: 'aborted' })
    expect(api.received).toEqual([])
    never.dispose()
  })

  it.each([
    ['nothing', null],
    ['bytes', Buffer.from('two boxes')],
  ])('[CV3] axios sends a body of %s again where the token is refused', async (_, body) => {
    const client = axios.create({ baseURL: api.url })
    useAxiosToken(client, renewer)
    api.refused.add('t1')
    expect((await client.post('/orders', body)).status).toBe(200)
    expect(api.received.map((request) => request.body)).toEqual([String(body ?? ''), String(body ?? '')])
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('[CV4] axios gives on what fails without telling of a request, and reports no token for it', async () => {
    // Plain JavaScript may fail with anything.
    const nothing = undefined as unknown as Error
    const client = axios.create({ baseURL: api.url, adapter: () => Promise.reject(nothing) })
    useAxiosToken(client, renewer)
    await expect(client.get('/orders')).rejects.toBeUndefined()
    expect(renewer.token()).toBe('t1')
  })

  it("[TA4] ky's own retry has the token of its moment", async () => {
    const client = ky.create({ prefix: api.url, retry: { limit: 1, delay: () => 1 }, ...kyToken(renewer) })
    let tries = 0
    const hooked = client.extend({
      hooks: {
        afterResponse: [
          async () => {
            tries += 1
            if (tries > 1) return undefined
            await renewer.refresh()
            return new Response('', { status: 503 })
          },
        ],
      },
    })
    expect((await hooked.get('orders')).status).toBe(200)
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('[TA5] axios sends a stream once, and the next request has a renewed token', async () => {
    const client = axios.create({ baseURL: api.url, validateStatus: (status) => status !== 401 })
    const detach = useAxiosToken(client, renewer)
    api.refused.add('t1')
    await expect(client.post('/orders', Readable.from(['once']))).rejects.toMatchObject({ response: { status: 401 } })
    expect((await client.post('/orders', 'again')).status).toBe(200)
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2'])
    detach()
    await expect(client.get('/orders')).rejects.toMatchObject({ response: { status: 401 } })
    expect(api.tokens()).toEqual(['Bearer t1', 'Bearer t2', undefined])
  })
})
