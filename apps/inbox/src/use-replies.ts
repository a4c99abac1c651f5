import type { AgentDesk, CallResult } from '@helvino/client'
import type { SavedReply } from '@helvino/protocol'
import { useCallback, useEffect, useState } from 'react'
import type { Turn } from './use-turn.ts'
import { words } from './words/en.ts'

export interface Replies {
  /** In the order of the shortcuts. */
  readonly replies: readonly SavedReply[]
  /** Asks what colleagues have changed. */
  readonly refresh: () => void
  /** Both give a sentence where it was not done. */
  readonly put: (reply: SavedReply) => Promise<string | undefined>
  readonly remove: (id: string) => Promise<string | undefined>
}

/** The team's saved replies, asked for again with every turn. */
export function useReplies(desk: AgentDesk, turn: Turn): Replies {
  const [replies, setReplies] = useState<readonly SavedReply[]>([])

  const refresh = useCallback(() => {
    void desk.listReplies().then((result) => {
      if (result.kind === 'answered') setReplies(result.value)
    })
  }, [desk])
  useEffect(() => {
    if (turn !== undefined) refresh()
  }, [refresh, turn])

  async function hear(asked: Promise<CallResult<readonly SavedReply[]>>): Promise<string | undefined> {
    const result = await asked
    if (result.kind === 'refused') return words.replies.refused(result.code)
    if (result.kind === 'unreachable') return words.thread.notDone
    setReplies(result.value)
    return undefined
  }

  return { replies, refresh, put: (reply) => hear(desk.putReply(reply)), remove: (id) => hear(desk.deleteReply(id)) }
}
