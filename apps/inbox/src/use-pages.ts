import type { AgentDesk } from '@helvino/client'
import type { ConversationStatus, ConversationView } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { useEffect, useState } from 'react'
import type { Known } from './use-known.ts'
import type { Turn } from './use-turn.ts'

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

interface PagesPorts {
  readonly desk: AgentDesk
  readonly clock: Clock
  readonly filter: ListFilter
  readonly turn: Turn
  readonly startLearning: Known['startLearning']
}

// A list that got no answer is worth another question soon: the page says nothing of it but that it loads.
const askEveryMs = 5_000

/** Asks for what stands under a filter, page by page, anew with every turn: what was missed meanwhile is heard so. */
export function usePages({ desk, clock, filter, turn, startLearning }: PagesPorts): Pages {
  const { view, status } = filter
  const [page, setPage] = useState<Page>()
  const [isBusy, setBusy] = useState(false)
  const current = page?.filter.view === view && page.filter.status === status ? page : undefined

  useEffect(() => {
    if (turn === undefined) return undefined
    let isWanted = true
    let cancel: (() => void) | undefined
    const ask = async () => {
      const learn = startLearning()
      const result = await desk.listConversations({ view, status })
      if (!isWanted) return
      if (result.kind === 'answered') {
        learn(result.value.conversations)
        const first: Page = { filter: { view, status }, cursor: result.value.nextCursor }
        // What was read on beyond the first page is held still.
        setPage((before) => (before?.filter.view === view && before.filter.status === status ? before : first))
      } else cancel = clock.startTimer(askEveryMs, () => void ask())
    }
    void ask()
    return () => {
      isWanted = false
      cancel?.()
    }
  }, [desk, clock, view, status, turn, startLearning])

  async function loadMore() {
    const cursor = current?.cursor ?? null
    if (!current || cursor === null || isBusy) return
    setBusy(true)
    const learn = startLearning()
    const result = await desk.listConversations({ ...current.filter, cursor })
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
