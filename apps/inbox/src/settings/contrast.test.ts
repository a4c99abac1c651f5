import { describe, expect, it } from 'vitest'
import { contrast, hintFor, textColorOn } from './contrast.ts'

describe('contrast', () => {
  it('[SET3] measures as WCAG does, and says of a colour whether its text reads and where the button is hard to see', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(textColorOn('#2563eb')).toBe('#ffffff')
    expect(textColorOn('#ffd43b')).toBe('#111111')
    expect(hintFor('#2563eb')).toMatchObject({ isReadable: true, faintOn: undefined })
    expect(hintFor('#ffd43b')).toMatchObject({ isReadable: true, faintOn: 'light' })
    expect(hintFor('#111111')).toMatchObject({ isReadable: true, faintOn: 'dark' })
    expect(hintFor('#3a86ff')).toMatchObject({ isReadable: true })
    expect(hintFor('#d24768')).toMatchObject({ isReadable: false })
  })
})
