import type { FaultKind } from './swarm.ts'
import { runWorld, type WorldOptions, type WorldReport } from './world.ts'

/** Leaves out one kind of fault after the other for as long as the world still fails: what is left is needed for the failure. */
export async function shrink(options: WorldOptions, failed: WorldReport): Promise<WorldReport> {
  let smallest = failed
  const without: FaultKind[] = []
  for (const kind of failed.faults) {
    const report = await runWorld({ ...options, without: [...without, kind] })
    if (report.violations.length === 0) continue
    without.push(kind)
    smallest = report
  }
  return smallest
}
