import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textParts } from './links.ts'

const partsOf = (text: string) =>
  textParts(text, (address) => (URL.canParse(address) ? new URL(address).href : undefined))
const links = (text: string) => partsOf(text).flatMap(({ href }) => href ?? [])

describe('addresses in a text', () => {
  it('[WL11] become links as they stand in a sentence', () => {
    expect(links('see https://fern.example/a?b=1#c, or (http://fern.example/x_(y)).')).toEqual([
      'https://fern.example/a?b=1#c',
      'http://fern.example/x_(y)',
    ])
    expect(links('mailto:care@fern.example!')).toEqual(['mailto:care@fern.example'])
  })

  it('[WL12] of another kind stay text', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://fern.example',
      'https://',
      'http://[',
      'fern.example',
    ])
      expect(links(text)).toEqual([])
    expect(links('https://a.example"onclick=x')).toEqual(['https://a.example/'])
  })

  it('[WL13] leave every text as it was, part by part', () => {
    const piece = fc.constantFrom('https://', 'http://a.example', 'mailto:', '(', ')', '.', ' ', 'x', '\n', 'é', '"')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        expect(
          partsOf(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })

  it('[WL14] are found in a time that grows with the text alone', () => {
    // Ten seconds are the end of a test; one that looked back at each character would take hours.
    const text = `https://a.example/${'.)'.repeat(500_000)}`.repeat(2)
    expect(
      partsOf(text)
        .map((part) => part.text.length)
        .reduce((sum, length) => sum + length),
    ).toBe(text.length)
  })
})
