import type { ChatClient } from '@helvino/client'
import type { ConversationStatus } from '@helvino/protocol'
import { Text } from '@mantine/core'
import { useHash } from '@mantine/hooks'
import { useState } from 'react'
import type { InboxApi } from './api.ts'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { ConversationList } from './ConversationList.tsx'
import { listingOf } from './listing.ts'
import { noticeOf } from './notice.ts'
import { parseRoute } from './route.ts'
import type { Session } from './session.ts'
import { SessionHealthPane } from './SessionHealthPane.tsx'
import { SitesPanel } from './SitesPanel.tsx'
import { Thread } from './Thread.tsx'
import { TopBar } from './TopBar.tsx'
import { useChat } from './use-chat.ts'
import { useNow } from './use-now.ts'
import { words } from './words/en.ts'

type Drafts = ReadonlyMap<string, string>

interface AppProps {
  readonly api: InboxApi
  readonly session: Session
  readonly chat: ChatClient
  /** Texts not sent yet, by person and conversation. */
  readonly drafts: Drafts
  readonly onDrafts: (change: (all: Drafts) => Drafts) => void
  readonly onLeft: () => void
}

/** The shell: list beside thread on a wide screen, one after the other on a narrow one. */
export function App({ api, session, chat, drafts, onDrafts, onLeft }: AppProps) {
  const state = useChat(chat)
  const nowMs = useNow(api.runtime.clock)
  const [hash] = useHash({ getInitialValueInEffect: false })
  const [status, setStatus] = useState<ConversationStatus>('open')
  const route = parseRoute(hash)
  const everything = listingOf(state.conversations, undefined)
  const conversation = route.view === 'thread' ? everything.find(({ id }) => id === route.id) : undefined
  const draftKey = `${session.user.id}/${conversation?.id ?? ''}`

  return (
    <div className="shell">
      <TopBar api={api} session={session} unsentCount={state.outbox.length} onLeft={onLeft} />
      <ConnectionNotice notice={noticeOf(state)} />
      <div className="panes" data-view={route.view}>
        <ConversationList
          conversations={listingOf(state.conversations, status)}
          isListed={state.isListed}
          totalCount={everything.length}
          status={status}
          onStatus={setStatus}
          selectedId={conversation?.id}
          nowMs={nowMs}
        />
        <main className="pane-main">
          {route.view === 'sites' && <SitesPanel api={api} chat={chat} nowMs={nowMs} />}
          {route.view === 'health' && <SessionHealthPane api={api} chat={chat} />}
          {(route.view === 'list' || route.view === 'thread') && !conversation && (
            <Text c="dimmed" className="lone">
              {everything.length > 0 && words.thread.none}
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
              draft={drafts.get(draftKey) ?? ''}
              onDraft={(change) => {
                onDrafts((all) => new Map(all).set(draftKey, change(all.get(draftKey) ?? '')))
              }}
            />
          )}
        </main>
      </div>
    </div>
  )
}
