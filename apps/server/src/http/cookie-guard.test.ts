import { describe, expect, it } from 'vitest'
import { isForeignSite, isLoginSafe } from './cookie-guard.ts'

const own = ['https://chat.example', 'http://localhost:4000']
const place = (origin?: string, fetchSite?: string) => ({ origin, fetchSite, host: 'chat.example' })

describe('cookie guard', () => {
  it.each([
    [undefined, undefined],
    ['https://chat.example', 'same-origin'],
    ['http://localhost:4000', undefined],
    [undefined, 'same-origin'],
    [undefined, 'none'],
  ])('[AG11] admits its own pages and callers that are no browser: %s %s', (origin, fetchSite) => {
    expect(isForeignSite(place(origin, fetchSite), own)).toBe(false)
  })

  it.each([
    ['https://evil.example', undefined],
    ['https://chat.example.evil.example', undefined],
    ['http://chat.example', undefined],
    ['null', undefined],
    ['', undefined],
    [undefined, 'cross-site'],
    [undefined, 'same-site'],
    ['https://chat.example', 'same-site'],
  ])('[AG4] refuses every cookie route to a page of another site: %s %s', (origin, fetchSite) => {
    expect(isForeignSite(place(origin, fetchSite), own)).toBe(true)
  })

  it.each(['localhost', 'localhost:4000', '127.0.0.1:4000', '127.8.9.1', '[::1]:4000'])(
    '[AG12] lets a login through on the machine itself: %s',
    (host) => {
      expect(isLoginSafe({ ...place(), host }, undefined)).toBe(true)
    },
  )

  it('[AG13] lets a login through on the https address of the server, and on no other', () => {
    const at = (host: string | undefined, publicUrl: string | undefined) => isLoginSafe({ ...place(), host }, publicUrl)
    expect(at('chat.example', 'https://chat.example')).toBe(true)
    expect(at('chat.example', 'http://chat.example')).toBe(false)
    expect(at('other.example', 'https://chat.example')).toBe(false)
    expect(at('localhost.evil.example', undefined)).toBe(false)
    expect(at('127.0.0.1.evil.example', undefined)).toBe(false)
    expect(at(undefined, 'https://chat.example')).toBe(false)
  })
})
