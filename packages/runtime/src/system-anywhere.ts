import type { Life } from './life.ts'
import { browserLife } from './system-browser.ts'

export {
  browserChannels as anyChannels,
  browserLocks as anyLocks,
  browserRandom as anyRandom,
} from './system-browser.ts'
export { systemClock as anyClock } from './system-clock.ts'

/** Keeps a process alive until `turn` settles: somebody waits for it, though the timers that it depends on count for nothing. */
export function keepAlive<Result>(turn: Promise<Result>): Promise<Result> {
  const handle = setInterval(() => {}, 2 ** 31 - 1)
  return turn.finally(() => {
    clearInterval(handle)
  })
}

/** The page, where there is one: a worker and a process are neither seen nor left. */
export const pageLife = (): Life | undefined =>
  typeof document === 'object' && typeof window === 'object' ? browserLife : undefined

/** The platform's `fetch`, looked up at each call, so that one that is put in its place later is used. */
export const anyFetch: typeof fetch = (input, init) => fetch(input, init)
