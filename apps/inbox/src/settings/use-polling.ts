import type { Clock, Life } from '@helvino/runtime'
import { useEffect, useState } from 'react'
import { useVisible } from '../use-visible.ts'

export interface Polling {
  /** Ms between the end of one call and the next. */
  readonly everyMs: number
  /** After so many calls it stops, until `again`. */
  readonly most: number
}

/** Calls `ask` again and again while a person can see the page, for a while. */
export function usePolling({ clock, life }: { clock: Clock; life: Life }, ask: () => Promise<void>, polling: Polling) {
  const { everyMs, most } = polling
  const [count, setCount] = useState(0)
  const isVisible = useVisible(life)
  const isAsking = count < most
  useEffect(() => {
    if (!isVisible || !isAsking) return undefined
    return clock.startTimer(everyMs, () => {
      void ask().then(() => {
        setCount((before) => before + 1)
      })
    })
  }, [clock, ask, everyMs, isVisible, isAsking, count])
  return {
    isAsking,
    again: () => {
      setCount(0)
      void ask()
    },
  }
}
