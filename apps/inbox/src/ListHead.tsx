import type { ConversationCounts, ConversationView } from '@helvino/protocol'
import { limits } from '@helvino/protocol'
import { CloseButton, SegmentedControl, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import type { ListFilter } from './use-pages.ts'
import { words } from './words/en.ts'

interface ListHeadProps {
  readonly filter: ListFilter
  readonly onFilter: (filter: ListFilter) => void
  readonly counts: ConversationCounts | undefined
  readonly query: string
  readonly onQuery: (query: string) => void
  /** Stands at the end of the first line. */
  readonly menu: ReactNode
}

const views: readonly ConversationView[] = ['mine', 'unassigned', 'all']

/** What of all conversations the list shows. A search looks through all of them: the filter has no part in it. */
export function ListHead({ filter, onFilter, counts, query, onQuery, menu }: ListHeadProps) {
  const isSearching = query !== ''
  return (
    <div className="list-head">
      <div className="list-line">
        <TextInput
          id="inbox-search"
          type="search"
          className="list-search"
          size="sm"
          aria-label={words.list.search}
          placeholder={words.list.search}
          maxLength={limits.searchLength}
          leftSection={<Icon name="search" size={16} />}
          rightSection={
            isSearching && (
              <CloseButton
                size="sm"
                aria-label={words.list.endSearch}
                onClick={() => {
                  onQuery('')
                }}
              />
            )
          }
          value={query}
          onChange={(event) => {
            onQuery(event.currentTarget.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            onQuery('')
            event.currentTarget.blur()
          }}
        />
        {menu}
      </div>
      {!isSearching && (
        <>
          <div className="views" role="group" aria-label={words.list.views}>
            {views.map((view) => (
              <button
                key={view}
                type="button"
                aria-pressed={filter.view === view}
                onClick={() => {
                  onFilter({ ...filter, view })
                }}
              >
                {words.list.view[view]}
                {counts && <span className="count">{words.list.count(counts[view])}</span>}
              </button>
            ))}
          </div>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={words.list.status}
            value={filter.status}
            onChange={(status) => {
              onFilter({ ...filter, status })
            }}
            data={[
              { value: 'open', label: words.list.open },
              { value: 'resolved', label: words.list.resolved },
            ]}
          />
        </>
      )}
    </div>
  )
}
