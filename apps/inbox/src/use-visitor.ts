import type { AgentConversation, VisitorAnswer } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { FindVisitor, InboxClient } from './api.ts'
import type { Turn } from './use-turn.ts'

export type FoundVisitor = VisitorAnswer | 'asking' | 'failed'

/** Who the visitor of a conversation is, live, and asked for again with every turn. */
export function useVisitor(
  findVisitor: FindVisitor,
  onVisitor: InboxClient['onVisitor'],
  { id, visitorId }: AgentConversation,
  turn: Turn,
): FoundVisitor {
  const [found, setFound] = useState<FoundVisitor>('asking')
  useEffect(() => {
    if (turn === undefined) return undefined
    let isWanted = true
    void findVisitor(id).then((result) => {
      if (!isWanted) return
      setFound((before) => (result.kind === 'answered' ? result.value : typeof before === 'string' ? 'failed' : before))
    })
    return () => {
      isWanted = false
    }
  }, [findVisitor, id, turn])
  useEffect(
    () =>
      onVisitor((visitor) => {
        if (visitor.visitorId !== visitorId) return
        setFound((before) => ({ visitor, conversations: typeof before === 'string' ? [] : before.conversations }))
      }),
    [onVisitor, visitorId],
  )
  return found
}
