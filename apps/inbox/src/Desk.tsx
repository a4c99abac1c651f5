import type { AgentClient, ChatState, Typist } from '@helvino/client'
import { Text } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import type { InboxApi } from './api.ts'
import { ConversationList } from './ConversationList.tsx'
import type { Drafts } from './drafts.ts'
import type { Route } from './route.ts'
import type { Session } from './session.ts'
import { Thread } from './Thread.tsx'
import { useDeskList } from './use-desk-list.ts'
import { useDrafts } from './use-drafts.ts'
import { useOwnMessages } from './use-own-messages.ts'
import { useTeam } from './use-team.ts'
import { useTypists } from './use-typists.ts'
import { words } from './words/en.ts'

interface DeskProps {
  readonly api: InboxApi
  readonly session: Session
  readonly client: AgentClient
  readonly state: ChatState
  readonly drafts: Drafts
  readonly route: Route
  readonly nowMs: number
  /** What stands beside the list where it is no conversation. */
  readonly panel: ReactNode
}

const nobody: readonly Typist[] = []

/** The list beside whatever was chosen: side by side on a wide screen, one after the other on a narrow one. */
export function Desk({ api, session, client, state, drafts, route, nowMs, panel }: DeskProps) {
  const { chat, typing, desk } = client
  const { clock, life } = api.runtime
  const list = useDeskList({ desk, clock, state, userId: session.user.id })
  const own = useOwnMessages(state.outbox)
  const typists = useTypists(typing)
  const draftMap = useDrafts(drafts, life)
  const members = useTeam(desk, list.isLive)
  const names = useMemo(() => new Map(members.map(({ userId, name, email }) => [userId, name || email])), [members])
  const conversation = route.view === 'thread' ? list.known.get(route.id) : undefined

  return (
    <div className="panes" data-view={route.view}>
      <ConversationList
        conversations={list.listed}
        pages={list.pages}
        search={list.search}
        filter={list.filter}
        onFilter={list.setFilter}
        query={list.query}
        onQuery={list.setQuery}
        counts={list.counts}
        names={names}
        drafts={draftMap}
        typists={typists}
        selectedId={conversation?.id}
        nowMs={nowMs}
        menu={undefined}
      />
      <main className="pane-main">
        {panel}
        {(route.view === 'list' || route.view === 'thread') && !conversation && (
          <Text c="dimmed" className="lone">
            {list.known.size > 0 && words.thread.none}
          </Text>
        )}
        {conversation && (
          <Thread
            key={conversation.id}
            api={api}
            chat={chat}
            state={state}
            conversation={conversation}
            nowMs={nowMs}
            typists={typists.get(conversation.id) ?? nobody}
            own={own}
            onWrite={() => {
              typing.note(conversation.id)
            }}
            draft={draftMap.get(conversation.id)}
            onDraft={(edit) => {
              drafts.change(conversation.id, conversation.latestSequence, edit)
            }}
          />
        )}
      </main>
    </div>
  )
}
