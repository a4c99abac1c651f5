import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A signing key replaced under 200 messages per second of 40 clients, which run in a process that knows a browser's types. */
export async function measureRotation(): Promise<readonly object[]> {
  const script = join(import.meta.dirname, 'rotation/rotate-under-load.ts')
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(await text(child.stdout)) as readonly object[]
}
