/** White or black, whichever reads better on `color` (`#rrggbb`): by 4.5 to 1 at least (WCAG 2.2, with its curve taken as a power of 2.2). */
export function textColorOn(color: string): '#fff' | '#000' {
  const rgb = parseInt(color.slice(1), 16)
  const linear = (shift: number) => (((rgb >> shift) & 255) / 255) ** 2.2
  // The contrast with white, 1.05 / (L + 0.05), is that with black, (L + 0.05) / 0.05, where L is this.
  return linear(16) * 0.2126 + linear(8) * 0.7152 + linear(0) * 0.0722 > 0.179 ? '#000' : '#fff'
}
