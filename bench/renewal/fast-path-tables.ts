import { ours, peers } from './engines.ts'

/** Beyond one read of the clock. */
const allowanceNs = 20
const plainClock = 'Date.now()'
const synchronous = 'helvino token(), not awaited'

interface Timing {
  readonly medianNs: number
  readonly minNs: number
}

function timingOf(samplesNs: readonly number[]): Timing {
  const sorted = [...samplesNs].sort((a, b) => a - b)
  const round = (ns: number | undefined) => Math.round((ns ?? NaN) * 10) / 10
  return { medianNs: round(sorted[Math.floor(sorted.length / 2)]), minNs: round(sorted[0]) }
}

/** The samples of one run, and what is asked of our engine beside them. */
export function fastPathTables(
  samples: Readonly<Record<string, readonly number[]>>,
): Readonly<Record<string, readonly object[]>> {
  const timings = new Map(Object.entries(samples).map(([name, values]) => [name, timingOf(values)]))
  const of = (name: string): Timing => timings.get(name) ?? { medianNs: NaN, minNs: NaN }
  const asked = (by: keyof Timing) => {
    const [fastest] = [...peers].sort((a, b) => of(a.name)[by] - of(b.name)[by])
    const rows = [
      {
        what: `guarded call: at most that of ${fastest?.name ?? ''}`,
        name: ours.name,
        limit: of(fastest?.name ?? '')[by],
      },
      {
        what: `token() itself: one Date.now() + ${allowanceNs} ns`,
        name: synchronous,
        limit: of(plainClock)[by] + allowanceNs,
      },
    ]
    return rows.map(({ what, name, limit }) => ({
      asked: what,
      by,
      oursNs: of(name)[by],
      limitNs: Math.round(limit * 10) / 10,
      verdict: of(name)[by] <= limit ? 'met' : 'missed',
    }))
  }
  return {
    'fast path, ns per call with a valid token, real clock, nothing subtracted': [...timings].map(([what, timing]) => ({
      what,
      ...timing,
    })),
    // The least of the rounds is what a busy machine disturbs least.
    'fast path, what is asked of ours (a timing: not in the exit code)': [...asked('medianNs'), ...asked('minNs')],
  }
}
