/** Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2). */
function luminance(color: string): number {
  const rgb = parseInt(color.slice(1), 16)
  const linear = (shift: number) => {
    const part = ((rgb >> shift) & 255) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return linear(16) * 0.2126 + linear(8) * 0.7152 + linear(0) * 0.0722
}

/** Contrast of two colours (`#rrggbb`), 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05]
  return Math.max(a, b) / Math.min(a, b)
}

/** What the widget writes in on `color`: the same rule as its own. */
export const textColorOn = (color: string): '#ffffff' | '#111111' => (luminance(color) > 0.2 ? '#111111' : '#ffffff')

export const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text)

export interface ColorHint {
  /** Of the text on it. */
  readonly ratio: number
  /** Text needs 4.5 to 1 (WCAG 2.2, 1.4.3). */
  readonly isReadable: boolean
  /** On which page the button is hard to see: a control needs 3 to 1 (1.4.11). */
  readonly faintOn: 'light' | 'dark' | undefined
}

const leastOfText = 4.5
const leastOfControl = 3
const pages = [
  ['light', '#ffffff'],
  ['dark', '#121212'],
] as const

export function hintFor(color: string): ColorHint {
  const ratio = contrast(color, textColorOn(color))
  const [faintOn] = pages.find(([, page]) => contrast(color, page) < leastOfControl) ?? []
  return { ratio, isReadable: ratio >= leastOfText, faintOn }
}
