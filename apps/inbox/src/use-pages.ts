import type { AgentDesk } from '@helvino/client'
import type { ConversationStatus, ConversationView } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { Known } from './use-known.ts'

export interface ListFilter {
  readonly view: ConversationView
  readonly status: ConversationStatus
}

interface Page {
  readonly filter: ListFilter
  /** Asks for the next one; `null`: this was the last. */
  readonly cursor: string | null
}

export interface Pages {
  /** The server has said what there is under this filter. */
  readonly isListed: boolean
  readonly hasMore: boolean
  readonly isBusy: boolean
  readonly loadMore: () => void
}

/** Asks for what stands under a filter, page by page, anew whenever the connection is back: what was missed meanwhile is heard so. */
export function usePages(desk: AgentDesk, filter: ListFilter, isLive: boolean, learn: Known['learn']): Pages {
  const { view, status } = filter
  const [page, setPage] = useState<Page>()
  const [isBusy, setBusy] = useState(false)
  const current = page?.filter.view === view && page.filter.status === status ? page : undefined

  useEffect(() => {
    if (!isLive) return undefined
    let isWanted = true
    void desk.listConversations({ view, status }).then((result) => {
      if (!isWanted || result.kind !== 'answered') return
      learn(result.value.conversations)
      setPage({ filter: { view, status }, cursor: result.value.nextCursor })
    })
    return () => {
      isWanted = false
    }
  }, [desk, view, status, isLive, learn])

  async function loadMore() {
    if (!current || current.cursor === null || isBusy) return
    setBusy(true)
    const result = await desk.listConversations({ ...current.filter, cursor: current.cursor })
    setBusy(false)
    if (result.kind !== 'answered') return
    learn(result.value.conversations)
    // Another filter may have been chosen meanwhile; its page stays.
    setPage((before) => (before === current ? { filter: current.filter, cursor: result.value.nextCursor } : before))
  }

  return {
    isListed: current !== undefined,
    hasMore: (current?.cursor ?? null) !== null,
    isBusy,
    loadMore: () => void loadMore(),
  }
}
