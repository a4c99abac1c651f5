import { describe, expect, it } from 'vitest'
import { typingText } from './typing-text.ts'

const visitor = { role: 'user' } as const
const agent = (name: string) => ({ role: 'agent', name }) as const

describe('typing text', () => {
  it('[IN42] names the colleagues who answer, and says that the visitor writes', () => {
    expect(typingText([])).toBe('')
    expect(typingText([visitor])).toBe('The visitor is writing…')
    expect(typingText([visitor, agent('Ada')])).toBe('Ada is answering… The visitor is writing…')
    expect(typingText([agent('Ada'), agent('')])).toBe('Ada and a colleague are answering…')
    expect(typingText([agent('Ada'), agent('Bob'), agent('Eve')])).toBe('Ada and 2 others are answering…')
  })
})
