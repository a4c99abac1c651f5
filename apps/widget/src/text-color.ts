/** White or near-black, whichever reads better on `color` (`#rrggbb`), by relative luminance (WCAG 2.2, with its curve taken as a power of 2.2). */
export function textColorOn(color: string): '#ffffff' | '#111827' {
  const linear = (at: number) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2
  // Contrast with white, 1.05 / (L + 0.05), falls below contrast with near-black (L about 0.01) at about this.
  return linear(1) * 0.2126 + linear(3) * 0.7152 + linear(5) * 0.0722 > 0.2 ? '#111827' : '#ffffff'
}
