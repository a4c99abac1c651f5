import type { AgentClient, Typist } from '@helvino/client'
import type { ConversationStatus } from '@helvino/protocol'
import { Text } from '@mantine/core'
import { useHash } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import type { InboxApi } from './api.ts'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { ConversationList } from './ConversationList.tsx'
import type { Drafts } from './drafts.ts'
import { listingOf } from './listing.ts'
import { NewVersion } from './NewVersion.tsx'
import { noticeOf } from './notice.ts'
import { parseRoute } from './route.ts'
import type { Session } from './session.ts'
import { SessionHealthPane } from './SessionHealthPane.tsx'
import { SettingsPane } from './settings/SettingsPane.tsx'
import { Thread } from './Thread.tsx'
import { TopBar } from './TopBar.tsx'
import { useChat } from './use-chat.ts'
import { useDrafts } from './use-drafts.ts'
import { useNewVersion } from './use-new-version.ts'
import { useNow } from './use-now.ts'
import { useOwnMessages } from './use-own-messages.ts'
import { useTypists } from './use-typists.ts'
import { words } from './words/en.ts'

interface AppProps {
  readonly api: InboxApi
  readonly session: Session
  readonly client: AgentClient
  readonly drafts: Drafts
  readonly onLeft: () => void
}

const nobody: readonly Typist[] = []

/** The shell: list beside thread on a wide screen, one after the other on a narrow one. */
export function App({ api, session, client, drafts, onLeft }: AppProps) {
  const { chat, typing } = client
  const state = useChat(chat)
  const isOutdated = useNewVersion(api, chat, state.connection.state === 'live', state.outbox.length === 0)
  const own = useOwnMessages(state.outbox)
  const typists = useTypists(typing)
  const draftMap = useDrafts(drafts, api.runtime.life)
  const nowMs = useNow(api.runtime.clock)
  const [hash] = useHash({ getInitialValueInEffect: false })
  const [status, setStatus] = useState<ConversationStatus>('open')
  const route = parseRoute(hash)
  const everything = useMemo(() => listingOf(state.conversations, undefined), [state.conversations])
  const listed = useMemo(() => listingOf(state.conversations, status), [state.conversations, status])
  const conversation = route.view === 'thread' ? everything.find(({ id }) => id === route.id) : undefined

  return (
    <div className="shell">
      <TopBar api={api} session={session} unsentCount={state.outbox.length} onLeft={onLeft} />
      <ConnectionNotice notice={noticeOf(state)} />
      {isOutdated && <NewVersion onReload={api.reload} />}
      <div className="panes" data-view={route.view}>
        <ConversationList
          conversations={listed}
          isListed={state.isListed}
          totalCount={everything.length}
          status={status}
          onStatus={setStatus}
          drafts={draftMap}
          typists={typists}
          selectedId={conversation?.id}
          nowMs={nowMs}
        />
        <main className="pane-main">
          {route.view === 'settings' && <SettingsPane page={route.page} {...{ api, session, client, nowMs }} />}
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
    </div>
  )
}
