import type { ChatState } from '@helvino/client'
import type { ConversationId } from '@helvino/protocol'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { InboxClient } from './api.ts'
import { type KnownConversations, learned } from './listing.ts'

export type Learn = (heard: ChatState['conversations']) => void

export interface Known {
  readonly known: KnownConversations
  /** Called before a question is asked; its answer goes to what is given back. What was heard meanwhile is newer than the answer. */
  readonly startLearning: () => Learn
}

/** Every conversation that this page has heard of: the chat's own list, which is short and live, and what was asked for beside it. */
export function useKnown(live: ChatState['conversations'], onGone: InboxClient['onGone']): Known {
  const [known, setKnown] = useState<KnownConversations>(() => learned(new Map(), live))
  const [heard, setHeard] = useState(live)
  const newest = useRef(known)
  useLayoutEffect(() => {
    newest.current = known
  }, [known])
  if (heard !== live) {
    setHeard(live)
    setKnown((before) => learned(before, live))
  }
  const startLearning = useCallback((): Learn => {
    const asked = newest.current
    return (more) => {
      setKnown((before) => learned(before, more, asked))
    }
  }, [])
  return { known: useWithoutGone(known, onGone), startLearning }
}

/** What is deleted stays away, also where a word of it that was under way comes later. */
function useWithoutGone(known: KnownConversations, onGone: InboxClient['onGone']): KnownConversations {
  const [gone, setGone] = useState<ReadonlySet<ConversationId>>(new Set())
  useEffect(
    () =>
      onGone((ids) => {
        setGone((before) => new Set([...before, ...ids]))
      }),
    [onGone],
  )
  return useMemo(() => (gone.size === 0 ? known : new Map([...known].filter(([id]) => !gone.has(id)))), [known, gone])
}
