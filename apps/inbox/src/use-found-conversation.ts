import type { AgentDesk } from '@helvino/client'
import type { ConversationId } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { FindVisitor } from './api.ts'
import type { Known } from './use-known.ts'

// A visitor with more conversations than stand on so many pages is looked through no further.
const mostPages = 5

/** Fetches a conversation that the address names and the list does not hold. True once it was looked for and is not to be had. */
export function useFoundConversation(
  findVisitor: FindVisitor,
  desk: AgentDesk,
  id: ConversationId | undefined,
  isWanted: boolean,
  startLearning: Known['startLearning'],
): boolean {
  const [missingId, setMissingId] = useState<ConversationId>()
  useEffect(() => {
    if (!isWanted || id === undefined) return undefined
    let isStillWanted = true
    const look = async () => {
      const found = await findVisitor(id)
      if (found.kind === 'refused' && isStillWanted) setMissingId(id)
      if (found.kind !== 'answered') return
      let cursor: string | undefined
      for (let pages = 0; pages < mostPages && isStillWanted; pages += 1) {
        const learn = startLearning()
        const query = found.value.visitor.visitorId
        const page = await desk.listConversations({ query, ...(cursor !== undefined && { cursor }) })
        if (page.kind !== 'answered') return
        learn(page.value.conversations)
        if (page.value.conversations.some((one) => one.id === id) || page.value.nextCursor === null) break
        cursor = page.value.nextCursor
      }
      if (isStillWanted) setMissingId(id)
    }
    void look()
    return () => {
      isStillWanted = false
    }
  }, [findVisitor, desk, id, isWanted, startLearning])
  return id !== undefined && missingId === id
}
