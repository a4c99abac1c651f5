import { describe, expect, it } from 'vitest'
import { chooseLanguage } from './language.ts'

describe('the language', () => {
  it('[LG11] is the organisation’s, in whichever country, and English where it is not spoken here', () => {
    expect(chooseLanguage('de', [])).toBe('de')
    expect(chooseLanguage('pt-BR', ['de'])).toBe('pt')
    expect(chooseLanguage('AR', [])).toBe('ar')
    for (const other of ['nl', 'arn', 'deutsch', '', '../de']) expect(chooseLanguage(other, ['fr'])).toBe('en')
  })

  it('[LG12] auto is the first of the browser’s that is spoken here', () => {
    expect(chooseLanguage('auto', ['nl-BE', 'fr-BE', 'en'])).toBe('fr')
    expect(chooseLanguage('auto', ['en-GB', 'fr'])).toBe('en')
    expect(chooseLanguage('auto', ['nl'])).toBe('en')
  })
})
