/** White or near-black, whichever reads better on `color` (`#rrggbb`), by relative luminance (WCAG 2.2, with its curve taken as a power of 2.2). */
export function textColorOn(color: string): '#fff' | '#111' {
  const rgb = parseInt(color.slice(1), 16)
  const linear = (shift: number) => (((rgb >> shift) & 255) / 255) ** 2.2
  // Contrast with white, 1.05 / (L + 0.05), falls below contrast with near-black (L about 0.01) at about this.
  return linear(16) * 0.2126 + linear(8) * 0.7152 + linear(0) * 0.0722 > 0.2 ? '#111' : '#fff'
}
