import { ours, peers } from './engines.ts'

/** Beyond one read of the clock. */
const allowanceNs = 20
const plainClock = 'Date.now()'
const synchronous = 'helvino token(), not awaited'

// A timing of a shared machine: shown, and left to the reader.
const verdict = (isMet: boolean) => (isMet ? 'met' : 'missed')

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
  const [fastest] = [...peers].sort((a, b) => of(a.name).medianNs - of(b.name).medianNs)
  const own = of(ours.name)
  const fastestNs = of(fastest?.name ?? '').medianNs
  const limitNs = of(plainClock).medianNs + allowanceNs
  return {
    'fast path, ns per call with a valid token, real clock, nothing subtracted': [...timings].map(([what, timing]) => ({
      what,
      ...timing,
    })),
    'fast path, what is asked of ours (medians; not in the exit code)': [
      {
        asked: `guarded call: at most the fastest peer's (${fastest?.name ?? 'none'})`,
        oursNs: own.medianNs,
        limitNs: fastestNs,
        verdict: verdict(own.medianNs <= fastestNs),
      },
      {
        asked: `token() itself: at most one Date.now() + ${allowanceNs} ns`,
        oursNs: of(synchronous).medianNs,
        limitNs,
        verdict: verdict(of(synchronous).medianNs <= limitNs),
      },
    ],
  }
}
