import type { Channels } from './channel.ts'
import type { Clock } from './clock.ts'
import type { Life } from './life.ts'
import { browserLife } from './system-browser.ts'

// Every platform keeps a timer's delay in 32 bits; a longer one would fire at once.
const longestTimerMs = 2 ** 31 - 1

/** In Node a timer and an open channel keep the process alive unless told otherwise; elsewhere they know no such thing. */
function letProcessEnd(handle: unknown): void {
  const { unref } = handle as { unref?: () => void }
  unref?.call(handle)
}

/** The clock of a page, a worker or a process. Its timers keep no process alive. */
export const anyClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer(delayMs, onDue) {
    let restMs = delayMs
    let handle: ReturnType<typeof setTimeout>
    const arm = () => {
      const partMs = Math.min(restMs, longestTimerMs)
      restMs -= partMs
      handle = setTimeout(restMs > 0 ? arm : onDue, partMs)
      letProcessEnd(handle)
    }
    arm()
    return () => {
      clearTimeout(handle)
    }
  },
}

/** Keeps a process alive until `turn` settles: somebody waits for it, though the timers that it depends on count for nothing. */
export function keepAlive<Result>(turn: Promise<Result>): Promise<Result> {
  const handle = setInterval(() => {}, longestTimerMs)
  return turn.finally(() => {
    clearInterval(handle)
  })
}

/** BroadcastChannel between tabs, workers and Node's threads; where there is none, or it is forbidden, nobody hears anything. */
export const anyChannels: Channels = {
  open(name, onMessage) {
    try {
      const channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => {
        onMessage(data)
      }
      letProcessEnd(channel)
      return {
        post(message) {
          channel.postMessage(message)
        },
        close() {
          channel.close()
        },
      }
    } catch {
      // Whoever cannot speak to the others does their own work.
      return { post: () => undefined, close: () => undefined }
    }
  },
}

/** The page, where there is one: a worker and a process are neither seen nor left. */
export const pageLife = (): Life | undefined =>
  typeof document === 'object' && typeof window === 'object' ? browserLife : undefined

/** The platform's `fetch`, looked up at each call, so that one that is put in its place later is used. */
export const anyFetch: typeof fetch = (input, init) => fetch(input, init)

export { browserLocks as anyLocks, browserRandom as anyRandom } from './system-browser.ts'
