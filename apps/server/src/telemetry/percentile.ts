/**
 * The value below which `fraction` of a histogram lies, in ms, drawn straight between the bounds of its bucket; `null` for an empty one.
 * What lies beyond the last bound is given as that bound: it is at least so much.
 */
export function percentileMs(counts: readonly number[], boundsMs: readonly number[], fraction: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let rest = fraction * total
  for (const [index, count] of counts.entries()) {
    const upperMs = boundsMs[index]
    if (upperMs === undefined) break
    if (count > 0 && rest <= count) {
      const lowerMs = boundsMs[index - 1] ?? 0
      return Math.round(lowerMs + (upperMs - lowerMs) * (rest / count))
    }
    rest -= count
  }
  return boundsMs.at(-1) ?? null
}
