import type { SimClock } from '@helvino/testkit'

// Browsers and Node keep a timer's delay in 32 bits; a longer one fires at once.
const longestTimerMs = 2 ** 31 - 1

/** What `setTimeout` returns: as in Node, an object that is taken back by `clearTimeout`. */
class VirtualTimer {
  cancel: () => void = () => undefined

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }
}

type Callback = (...args: readonly unknown[]) => void

/** The timer functions of a page on a simulated clock. An error in a callback goes to `onError`, as to `window.onerror`. */
export function virtualTimers(clock: SimClock, onError: (error: unknown) => void): Readonly<Record<string, unknown>> {
  const call = (callback: Callback, args: readonly unknown[]) => {
    try {
      callback(...args)
    } catch (error) {
      onError(error)
    }
  }
  const lengthMs = (delay: unknown) => {
    const wishedMs = Number(delay)
    return wishedMs > 0 && wishedMs <= longestTimerMs ? wishedMs : 0
  }
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.cancel()
  }
  const startOnce = (callback: Callback, delay?: unknown, ...args: readonly unknown[]) => {
    const timer = new VirtualTimer()
    timer.cancel = clock.startTimer(lengthMs(delay), () => {
      call(callback, args)
    })
    return timer
  }
  const startRepeating = (callback: Callback, delay?: unknown, ...args: readonly unknown[]) => {
    const timer = new VirtualTimer()
    // A turn takes at least 1 ms, or an interval of 0 would hold the time still.
    const everyMs = Math.max(1, lengthMs(delay))
    const arm = () => {
      timer.cancel = clock.startTimer(everyMs, () => {
        arm()
        call(callback, args)
      })
    }
    arm()
    return timer
  }
  return { setTimeout: startOnce, setInterval: startRepeating, clearTimeout: clear, clearInterval: clear }
}

/** `Date` with the clock's wall time; everything else is the host's. */
export function virtualDate(clock: SimClock): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.nowMs()] : args, newTarget) as Date,
    apply: () => new Date(clock.nowMs()).toString(),
    get: (target, key, receiver): unknown =>
      key === 'now' ? () => clock.nowMs() : (Reflect.get(target, key, receiver) as unknown),
  })
}

/** `AbortSignal.timeout` on the clock. */
export function virtualAbortAfter(clock: SimClock): (delayMs: number) => AbortSignal {
  return (delayMs) => {
    const controller = new AbortController()
    clock.startTimer(delayMs, () => {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    })
    return controller.signal
  }
}
