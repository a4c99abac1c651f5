import { describe, expect, it } from 'vitest'
import { authorName } from './author-name.ts'

const people = { userId: 'ada', names: new Map([['bob', 'Bob Reyes']]), visitorName: null }

describe('the author of a message', () => {
  it('[IX1] is "You", a colleague by name, the visitor by theirs, and the team where nobody knows who', () => {
    expect(authorName({ role: 'agent', authorId: 'ada' }, people)).toBe('You')
    expect(authorName({ role: 'agent', authorId: 'bob' }, people)).toBe('Bob Reyes')
    expect(authorName({ role: 'agent', authorId: 'gone' }, people)).toBe('Team')
    expect(authorName({ role: 'agent' }, people)).toBe('Team')
    expect(authorName({ role: 'system' }, people)).toBe('Helvino')
    expect(authorName({ role: 'user' }, people)).toBe('Visitor')
    expect(authorName({ role: 'user' }, { ...people, visitorName: 'Ingrid' })).toBe('Ingrid')
  })
})
