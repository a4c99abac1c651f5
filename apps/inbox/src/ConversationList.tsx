import type { Typists } from '@helvino/client'
import type { AgentConversation, ConversationCounts, ConversationId } from '@helvino/protocol'
import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Loading } from './Loading.tsx'
import { ConversationRow } from './ConversationRow.tsx'
import type { DraftMap } from './drafts.ts'
import { focusRow } from './focus-row.ts'
import { Icon } from './Icon.tsx'
import { InstallLink } from './InstallLink.tsx'
import { ListHead } from './ListHead.tsx'
import { still } from './still.ts'
import { typingText } from './typing-text.ts'
import type { ListFilter, Pages } from './use-pages.ts'
import type { Search } from './use-search.ts'
import { words } from './words/en.ts'

interface ConversationListProps {
  /** Of the chosen filter, or what was found, in the order in which they are shown. */
  readonly conversations: readonly AgentConversation[]
  readonly pages: Pages
  readonly search: Search
  readonly filter: ListFilter
  readonly onFilter: (filter: ListFilter) => void
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly counts: ConversationCounts | undefined
  /** What the agents of the team are called, by their user id. */
  readonly names: ReadonlyMap<string, string>
  readonly drafts: DraftMap
  readonly typists: Typists
  readonly selectedId: ConversationId | undefined
  readonly nowMs: number
  readonly menu: ReactNode
  /** Nobody has ever written, and the reader may put the chat on a site. */
  readonly canInstall: boolean
}

const arrows: ReadonlyMap<string, 1 | -1> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
])

export const ConversationList = still(function ConversationList(props: ConversationListProps) {
  const { conversations, pages, search, filter, names, drafts, typists, selectedId, nowMs, canInstall } = props
  const isSearch = search.state !== 'none'
  const { hasMore, isBusy, loadMore } = isSearch ? search : pages
  const isAsking = search.state === 'searching' || (!isSearch && !pages.isListed && conversations.length === 0)
  return (
    <nav className="pane-list" aria-label={words.list.title}>
      <ListHead {...props} />
      <div className="scrolls">
        {isAsking && (
          <div className="list-empty">
            <Loading label={isSearch ? words.list.searching : words.loading} />
          </div>
        )}
        {!isAsking && conversations.length === 0 && (
          <NothingThere
            text={isSearch ? wordOf(search) : words.list.empty[filter.status][filter.view]}
            isSearch={isSearch}
            canInstall={canInstall}
          />
        )}
        <ul
          className="rows"
          onKeyDown={(event) => {
            const step = arrows.get(event.key)
            if (step === undefined) return
            event.preventDefault()
            focusRow(step)
          }}
        >
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <ConversationRow
                conversation={conversation}
                assignee={conversation.assigneeId === null ? undefined : (names.get(conversation.assigneeId) ?? '?')}
                draft={drafts.get(conversation.id)?.text.trim() ?? ''}
                happening={typingText(typists.get(conversation.id) ?? [])}
                isSelected={conversation.id === selectedId}
                nowMs={nowMs}
              />
            </li>
          ))}
        </ul>
        {hasMore && (
          <div className="list-more">
            <Button variant="subtle" size="xs" loading={isBusy} onClick={loadMore}>
              {isSearch ? words.list.searchMore : words.list.more}
            </Button>
          </div>
        )}
      </div>
    </nav>
  )
})

function wordOf({ state, hasMore }: Search): string {
  if (state === 'failed') return words.list.searchFailed
  return hasMore ? words.list.nothingYet : words.list.nothingFound
}

interface NothingThereProps extends Pick<ConversationListProps, 'canInstall'> {
  readonly text: string
  readonly isSearch: boolean
}

function NothingThere({ text, isSearch, canInstall }: NothingThereProps) {
  return (
    <div className="list-empty" role="status">
      <Icon name={isSearch ? 'search' : 'check'} size={28} />
      <Text c="dimmed" size="sm">
        {text}
      </Text>
      {/* On a wide screen it stands beside the list. */}
      {canInstall && !isSearch && (
        <div className="narrow-only">
          <InstallLink />
        </div>
      )}
    </div>
  )
}
