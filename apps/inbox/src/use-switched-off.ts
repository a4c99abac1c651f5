import type { ChatClient } from '@helvino/client'
import type { OrgSettings } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { InboxApi } from './api.ts'
import { useVisible } from './use-visible.ts'

// Nothing tells of a switch that was set in another browser, and a minute is soon enough to see it.
const askEveryMs = 30_000

/** What keeps visitors from writing. The first one is the stronger: where there is no widget nobody writes either. */
export type OffSwitch = 'widgetEnabled' | 'writeEnabled'

function offSwitchOf({ widgetEnabled, writeEnabled }: OrgSettings): OffSwitch | undefined {
  if (!widgetEnabled) return 'widgetEnabled'
  return writeEnabled ? undefined : 'writeEnabled'
}

/** Which switch is off, as far as this page has heard: asked for again and again while a person can see it, and heard of each change made here. */
export function useSwitchedOff({ settings, runtime }: InboxApi, chat: ChatClient): OffSwitch | undefined {
  const [off, setOff] = useState<OffSwitch>()
  const isVisible = useVisible(runtime.life)
  useEffect(
    () =>
      settings.onSettings((told) => {
        setOff(offSwitchOf(told))
      }),
    [settings],
  )
  useEffect(() => {
    if (!isVisible) return undefined
    let isWanted = true
    let cancel: (() => void) | undefined
    const ask = async () => {
      await settings.findSettings(chat)
      if (isWanted) cancel = runtime.clock.startTimer(askEveryMs, () => void ask())
    }
    void ask()
    return () => {
      isWanted = false
      cancel?.()
    }
  }, [settings, chat, runtime.clock, isVisible])
  return off
}
