import { describe, expect, it } from 'vitest'
import { matchingReplies, mostMatches } from './matching-replies.ts'

const replies = ['office-hours', 'hours', 'hello'].map((shortcut) => ({ id: shortcut, shortcut, content: shortcut }))
const found = (text: string) => matchingReplies(text, replies).map(({ shortcut }) => shortcut)

describe('matchingReplies', () => {
  it('[DI18] finds replies by a slash and a part of the shortcut, those that begin with it first', () => {
    expect(found('/')).toEqual(['office-hours', 'hours', 'hello'])
    expect(found('/HO')).toEqual(['hours', 'office-hours'])
    expect(found('/hello')).toEqual(['hello'])
  })

  it('[DI19] finds none in any other text', () => {
    expect(['', 'hours', '/no such', ' /h', '/h\n', 'see /h'].flatMap(found)).toEqual([])
    const many = Array.from({ length: 20 }, (_, index) => ({
      id: String(index),
      shortcut: `a${String(index)}`,
      content: '',
    }))
    expect(matchingReplies('/a', many)).toHaveLength(mostMatches)
  })
})
