import type { AgentDesk, ChatState } from '@helvino/client'
import type { Clock } from '@helvino/runtime'
import { useMemo, useState } from 'react'
import type { InboxClient } from './api.ts'
import { isInView, listingOf } from './listing.ts'
import { useCounts } from './use-counts.ts'
import { useKnown } from './use-known.ts'
import { type ListFilter, usePages } from './use-pages.ts'
import { useSearch } from './use-search.ts'
import type { Turn } from './use-turn.ts'

interface DeskListPorts {
  readonly desk: AgentDesk
  readonly clock: Clock
  readonly state: ChatState
  readonly turn: Turn
  readonly userId: string
  readonly onGone: InboxClient['onGone']
}

/** What the list shows, and of what: a filter with its pages, or a search. */
export function useDeskList({ desk, clock, state, turn, userId, onGone }: DeskListPorts) {
  const [filter, setFilter] = useState<ListFilter>({ view: 'all', status: 'open' })
  const [query, setQuery] = useState('')
  const { known, startLearning } = useKnown(state.conversations, onGone)
  const pages = usePages({ desk, clock, filter, turn, startLearning })
  const search = useSearch(desk, clock, query, startLearning)
  const counts = useCounts(desk, clock, state.conversations, turn)

  const listed = useMemo(() => {
    if (search.state !== 'none') return search.ids.map((id) => known.get(id)).filter((found) => found !== undefined)
    return listingOf([...known.values()], filter.status).filter((one) => isInView(one, filter.view, userId))
  }, [known, filter, userId, search.state, search.ids])

  return { known, startLearning, listed, pages, search, counts, filter, setFilter, query, setQuery }
}
