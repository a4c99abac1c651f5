import type { Clock, Life } from '@helvino/runtime'
import { useEffect, useState } from 'react'
import { useVisible } from '../use-visible.ts'

export interface Polling {
  /** Ms between the end of one call and the next. */
  readonly everyMs: number
  /** After so many ms it stops, until `again`. */
  readonly forMs: number
}

/** Calls `ask` again and again while a person can see the page, for a while. */
export function usePolling({ clock, life }: { clock: Clock; life: Life }, ask: () => Promise<void>, polling: Polling) {
  const { everyMs, forMs } = polling
  const [startedAtMs, setStarted] = useState(() => clock.monotonicMs())
  const [count, setCount] = useState(0)
  const [isAsking, setAsking] = useState(true)
  const isVisible = useVisible(life)
  useEffect(() => {
    if (!isVisible || !isAsking) return undefined
    return clock.startTimer(everyMs, () => {
      if (clock.monotonicMs() - startedAtMs >= forMs) setAsking(false)
      else
        void ask().then(() => {
          setCount((before) => before + 1)
        })
    })
  }, [clock, ask, everyMs, forMs, startedAtMs, isVisible, isAsking, count])
  return {
    isAsking,
    again: () => {
      setStarted(clock.monotonicMs())
      setAsking(true)
      void ask()
    },
  }
}
