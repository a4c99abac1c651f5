/** Time as an argument. Two clocks, because each is wrong in its own way: see each method. */
export interface Clock {
  /** Wall clock, ms since the Unix epoch. May be set forward or back at any moment. */
  nowMs(): number
  /** Ms from an arbitrary origin, never backwards. May stand still while the machine sleeps (w3c/hr-time#115). */
  monotonicMs(): number
  /** Calls `onDue` once, after at least `delayMs`; the returned function cancels it. Runs on the monotonic clock; may be late by any amount. */
  startTimer(delayMs: number, onDue: () => void): () => void
}

/** Resolves after `delayMs`; rejects with the signal's reason if that comes first. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.startTimer(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
