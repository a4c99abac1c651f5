const windowMs = 60_000

/** Adds a renewal that starts now to the starts of the last minute, all in monotonic ms, ascending. */
export const withStart = (startsAtMs: readonly number[], nowMs: number): readonly number[] => [
  ...startsAtMs.filter((atMs) => atMs > nowMs - windowMs),
  nowMs,
]

/**
 * When the next renewal may start, in monotonic ms: at most `max(6, 3 × window / life)` in any minute, over every cause. Whatever goes wrong, it
 * does not become a storm. `lifeMs`: of the newest token, a minute where there was none.
 */
export const freeAtMs = (startsAtMs: readonly number[], lifeMs = windowMs): number =>
  // A broken number counts as its whole part here.
  (startsAtMs.at(-Math.max(6, (3 * windowMs) / lifeMs)) ?? -windowMs) + windowMs
