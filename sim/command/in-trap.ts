import { setTrap } from '../trap.ts'

/** Runs `work` with the ambient time, chance and network replaced by throwers. */
export async function inTrap<Result>(work: () => Promise<Result>): Promise<Result> {
  const release = setTrap()
  try {
    return await work()
  } finally {
    release()
  }
}
