import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { testFolder } from './test-folder.ts'

/** A file system of its own that is really full when it is: what is written there gets the kernel's ENOSPC. */
export interface SmallDisk {
  /** Anybody may write there. */
  readonly folder: string
  fill(): void
  makeRoom(): void
}

/** `undefined` where this user may not mount one. It ends with the test. */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const mountPoint = testFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', mountPoint], { stdio: 'ignore' })
  } catch {
    // No root, or no Linux.
    return undefined
  }
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', mountPoint])
  })
  const folder = join(mountPoint, 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const ballast = join(mountPoint, 'ballast')
  return {
    folder,
    fill() {
      const { bfree, bsize } = statfsSync(mountPoint)
      writeFileSync(ballast, Buffer.alloc(bfree * bsize))
    },
    makeRoom() {
      rmSync(ballast)
    },
  }
}
