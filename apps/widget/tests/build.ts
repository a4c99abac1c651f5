import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Builds the widget as it lies in the source. */
export function buildWidget(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'build.mjs')])
}
