import type { AgentDesk, ChatState } from '@helvino/client'
import type { Clock } from '@helvino/runtime'
import { useMemo, useState } from 'react'
import { isInView, listingOf } from './listing.ts'
import { useCounts } from './use-counts.ts'
import { useKnown } from './use-known.ts'
import { type ListFilter, usePages } from './use-pages.ts'
import { useSearch } from './use-search.ts'

interface DeskListPorts {
  readonly desk: AgentDesk
  readonly clock: Clock
  readonly state: ChatState
  readonly userId: string
}

/** What the list shows, and of what: a filter with its pages, or a search. */
export function useDeskList({ desk, clock, state, userId }: DeskListPorts) {
  const [filter, setFilter] = useState<ListFilter>({ view: 'all', status: 'open' })
  const [query, setQuery] = useState('')
  const isLive = ['live', 'polling'].includes(state.connection.state)
  const { known, learn } = useKnown(state.conversations)
  const pages = usePages(desk, filter, isLive, learn)
  const search = useSearch(desk, clock, query, learn)
  const counts = useCounts(desk, clock, state.conversations, isLive)

  const listed = useMemo(() => {
    if (search.state !== 'none') return search.ids.map((id) => known.get(id)).filter((found) => found !== undefined)
    return listingOf([...known.values()], filter.status).filter((one) => isInView(one, filter.view, userId))
  }, [known, filter, userId, search.state, search.ids])

  return { isLive, known, learn, listed, pages, search, counts, filter, setFilter, query, setQuery }
}
