import type { WorldKind, WorldReport, WorldTerms } from './world-kind.ts'

/** Leaves out one kind of fault after the other for as long as the world still fails: what is left is needed for the failure. */
export async function shrink(run: WorldKind['run'], terms: WorldTerms, failed: WorldReport): Promise<WorldReport> {
  let smallest = failed
  const without: string[] = []
  for (const kind of failed.faults) {
    const report = await run({ ...terms, without: [...without, kind] })
    if (report.violations.length === 0) continue
    without.push(kind)
    smallest = report
  }
  return smallest
}
