import { describe, expect, it } from 'vitest'
import { readTokenResponse } from './token-response.ts'

const date = 'Fri, 01 Jan 2027 00:00:00 GMT'
const dateMs = Date.UTC(2027, 0, 1)
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  readTokenResponse(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }))

describe('readTokenResponse', () => {
  it.each([
    [{ access_token: 'a.b', expires_in: 300, token_type: 'Bearer' }],
    [{ access_token: 'a.b', expires_in: '300', token_type: 'bearer', refresh_token: 'r' }],
    [{ access_token: 'a.b', expires_in: 300 }],
  ])("[TR1] reads a token, timed by the issuer's clock: %j", async (body) => {
    const issued = { kind: 'issued', token: 'a.b', issuerNowMs: dateMs, expiresAtMs: dateMs + 300_000 }
    expect(await answer(200, body, { Date: date })).toEqual(issued)
  })

  it('[TR1] times a token by this clock where the issuer tells no time', async () => {
    const read = await answer(200, { access_token: 'a', expires_in: 60 })
    if (read.kind !== 'issued') throw new Error(read.reason)
    expect(read.expiresAtMs - read.issuerNowMs).toBe(60_000)
    expect(read.issuerNowMs).toBeGreaterThan(dateMs - 366 * 86_400_000)
  })

  it.each([
    [400, { error: 'invalid_grant' }, 'invalid_grant'],
    [400, { error: 'invalid_scope' }, 'invalid_scope'],
    [401, { error: 'invalid_client' }, 'invalid_client'],
    [401, 'no json', 'status 401'],
    [403, { error: 'a text\nthat is no code' }, 'status 403'],
    [200, { access_token: 'a', expires_in: 60, token_type: 'DPoP' }, 'no bearer token'],
  ])('[TR2] takes a final no for one: %i %j', async (status, body, reason) => {
    expect(await answer(status, body, { 'Retry-After': '5' })).toEqual({ kind: 'refused', reason })
  })

  it.each([408, 425, 429, 500, 503])('[TR3] takes %i for a passing fault, with its Retry-After', async (status) => {
    const read = await answer(status, 'busy', { 'Retry-After': '20' })
    expect(read).toEqual({ kind: 'unavailable', reason: `status ${status}`, retryAfterMs: 20_000 })
  })

  it.each([
    [200, ''],
    [200, 'null'],
    [200, '<html>'],
    [200, { expires_in: 60 }],
    [200, { access_token: '', expires_in: 60 }],
    [200, { access_token: 7, expires_in: 60 }],
    [200, { access_token: 'a' }],
    [200, { access_token: 'a', expires_in: 0 }],
    [200, { access_token: 'a', expires_in: -1 }],
    [200, { access_token: 'a', expires_in: 'soon' }],
    [200, { access_token: 'a', expires_in: null }],
    [400, 'no json'],
    [400, { error: 'slow_down' }],
    [404, {}],
  ])('[TR4] takes what is malformed for a passing fault: %i %j', async (status, body) => {
    expect(await answer(status, body)).toMatchObject({ kind: 'unavailable' })
  })
})
