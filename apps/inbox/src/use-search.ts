import type { AgentDesk } from '@helvino/client'
import { type ConversationId, limits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { useEffect, useState } from 'react'
import type { Known } from './use-known.ts'

// As long as the pause of somebody who has finished a word.
const settledAfterMs = 250

interface Found {
  readonly query: string
  readonly state: 'found' | 'failed' | 'busy'
  readonly ids: readonly ConversationId[]
  /** Where the search goes on; `null`: it has looked everywhere. */
  readonly cursor: string | null
}

export interface Search {
  /** `none`: nothing is searched for. */
  readonly state: 'none' | 'searching' | 'found' | 'failed'
  readonly ids: readonly ConversationId[]
  readonly hasMore: boolean
  readonly isBusy: boolean
  readonly loadMore: () => void
}

/** Searches all conversations, whosever task and status, once the person has stopped typing for a moment. */
export function useSearch(desk: AgentDesk, clock: Clock, text: string, startLearning: Known['startLearning']): Search {
  const query = text.trim().slice(0, limits.searchLength)
  const [found, setFound] = useState<Found>()
  const current = found?.query === query ? found : undefined

  useEffect(() => {
    if (query === '') return undefined
    let isWanted = true
    const ask = async () => {
      const learn = startLearning()
      const result = await desk.listConversations({ query })
      if (!isWanted) return
      if (result.kind !== 'answered') {
        setFound({ query, state: 'failed', ids: [], cursor: null })
        return
      }
      const { conversations, nextCursor } = result.value
      learn(conversations)
      setFound({ query, state: 'found', ids: conversations.map(({ id }) => id), cursor: nextCursor })
    }
    const cancel = clock.startTimer(settledAfterMs, () => void ask())
    return () => {
      isWanted = false
      cancel()
    }
  }, [desk, clock, query, startLearning])

  async function loadMore() {
    if (current?.state !== 'found' || current.cursor === null) return
    setFound({ ...current, state: 'busy' })
    const learn = startLearning()
    const result = await desk.listConversations({ query, cursor: current.cursor })
    const answer = result.kind === 'answered' ? result.value : undefined
    learn(answer?.conversations ?? [])
    const ids = [...current.ids, ...(answer?.conversations ?? []).map(({ id }) => id)]
    const next: Found = { query, state: 'found', ids, cursor: answer ? answer.nextCursor : current.cursor }
    setFound((before) => (before?.query === query ? next : before))
  }

  return {
    state:
      query === '' ? 'none' : current === undefined ? 'searching' : current.state === 'busy' ? 'found' : current.state,
    ids: current?.ids ?? [],
    hasMore: (current?.cursor ?? null) !== null,
    isBusy: current?.state === 'busy',
    loadMore: () => void loadMore(),
  }
}
