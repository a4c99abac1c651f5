import type { AgentDesk, ChatState } from '@helvino/client'
import type { ConversationCounts } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { useEffect, useRef, useState } from 'react'
import type { Turn } from './use-turn.ts'

// What happens at once is counted at once: one question for all of it.
const settledAfterMs = 250

/** How many open conversations there are, counted again as things happen. `undefined` before the first answer. */
export function useCounts(
  desk: AgentDesk,
  clock: Clock,
  conversations: ChatState['conversations'],
  turn: Turn,
): ConversationCounts | undefined {
  const [counts, setCounts] = useState<ConversationCounts>()
  const waiting = useRef<() => void>(undefined)

  useEffect(() => {
    if (turn === undefined || waiting.current) return
    waiting.current = clock.startTimer(settledAfterMs, () => {
      waiting.current = undefined
      void desk.countConversations().then((result) => {
        if (result.kind === 'answered') setCounts(result.value)
      })
    })
  }, [desk, clock, conversations, turn])
  useEffect(
    () => () => {
      waiting.current?.()
      waiting.current = undefined
    },
    [],
  )
  return counts
}
