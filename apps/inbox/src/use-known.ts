import type { ChatState } from '@helvino/client'
import { useCallback, useState } from 'react'
import { type KnownConversations, learned } from './listing.ts'

export interface Known {
  readonly known: KnownConversations
  readonly learn: (heard: ChatState['conversations']) => void
}

/** Every conversation that this page has heard of: the chat's own list, which is short and live, and what was asked for beside it. */
export function useKnown(live: ChatState['conversations']): Known {
  const [known, setKnown] = useState<KnownConversations>(() => learned(new Map(), live))
  const [heard, setHeard] = useState(live)
  if (heard !== live) {
    setHeard(live)
    setKnown((before) => learned(before, live))
  }
  const learn = useCallback((more: ChatState['conversations']) => {
    setKnown((before) => learned(before, more))
  }, [])
  return { known, learn }
}
