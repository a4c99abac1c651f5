import type { ChatClient } from '@helvino/client'
import { browserLife, browserStorage } from '@helvino/runtime/system-browser'
import { browserTone } from '@helvino/runtime/system-tone'
import { useEffect } from 'react'

const mutedKey = 'helvino/sound'

/** A tone for what a visitor says while no inbox of this agent is seen, unless this browser is told to be quiet (`off` in localStorage). */
export function useTone(client: ChatClient): void {
  useEffect(
    () =>
      client.onAnnounce(() => {
        if (!browserLife.isVisible() && browserStorage.get(mutedKey) !== 'off') browserTone()
      }),
    [client],
  )
}
