import type { CallResult, ChatClient } from '@helvino/client'
import type { SessionHealth } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { InboxApi } from './api.ts'
import type { HealthRange } from './health-view.ts'
import { useVisible } from './use-visible.ts'

const everyMs = 30_000

interface Shown {
  readonly minutes: HealthRange
  readonly result: CallResult<SessionHealth>
  /** What was last known of this range. */
  readonly health: SessionHealth | undefined
}

/** The figures of the last `minutes`, asked for again every half minute while a person can see them. */
export function useSessionHealth(api: InboxApi, chat: ChatClient, minutes: HealthRange) {
  const [shown, setShown] = useState<Shown>()
  const isVisible = useVisible(api.runtime.life)
  useEffect(() => {
    if (!isVisible) return undefined
    let isWanted = true
    let cancel: (() => void) | undefined
    const ask = async () => {
      const result = await api.findSessionHealth(chat, minutes)
      if (!isWanted) return
      setShown((before) => {
        const known = before?.minutes === minutes ? before.health : undefined
        return { minutes, result, health: result.kind === 'answered' ? result.value : known }
      })
      cancel = api.runtime.clock.startTimer(everyMs, () => void ask())
    }
    void ask()
    return () => {
      isWanted = false
      cancel?.()
    }
  }, [api, chat, minutes, isVisible])
  // Figures of another range are not those that were asked for.
  return shown?.minutes === minutes ? shown : undefined
}
