import type { Clock } from '@helvino/runtime'
import { useEffect, useState } from 'react'

const everyMs = 60_000

/** The present to the minute, ms since the Unix epoch: enough to tell today from yesterday on a page that stays open. */
export function useNow(clock: Clock): number {
  const [nowMs, setNowMs] = useState(() => clock.nowMs())
  useEffect(
    () =>
      clock.startTimer(everyMs, () => {
        setNowMs(clock.nowMs())
      }),
    [clock, nowMs],
  )
  return nowMs
}
