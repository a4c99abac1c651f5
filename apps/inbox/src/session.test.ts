import { describe, expect, it } from 'vitest'
import { decodeSession } from './session.ts'

const answer = {
  user: { id: 'u1', name: 'Ada', email: 'ada@example.org', role: 'admin' },
  org: { id: 'o1', name: 'Hearth' },
}

describe('session', () => {
  it('[IN14] knows who owns and who administers, and any other role as an agent', () => {
    expect(decodeSession(answer)?.role).toBe('admin')
    expect(decodeSession({ ...answer, user: { ...answer.user, role: 'owner' } })?.role).toBe('owner')
    expect(decodeSession({ ...answer, user: { ...answer.user, role: 'god' } })?.role).toBe('agent')
  })

  it('[IN15] is none without a person and an organisation', () => {
    expect(decodeSession({ org: answer.org })).toBeUndefined()
    expect(decodeSession({ user: answer.user })).toBeUndefined()
    expect(decodeSession('<html>')).toBeUndefined()
  })
})
