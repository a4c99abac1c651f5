import { useHash } from '@mantine/hooks'
import { useState } from 'react'
import type { InboxApi, InboxClient } from './api.ts'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { Desk } from './Desk.tsx'
import type { Drafts } from './drafts.ts'
import { NewVersion } from './NewVersion.tsx'
import { noticeOf } from './notice.ts'
import { parseRoute } from './route.ts'
import type { Session } from './session.ts'
import { SessionHealthPane } from './SessionHealthPane.tsx'
import { SettingsPane } from './settings/SettingsPane.tsx'
import { SwitchedOff } from './SwitchedOff.tsx'
import { TopBar } from './TopBar.tsx'
import { useChat } from './use-chat.ts'
import { useNewVersion } from './use-new-version.ts'
import { useNow } from './use-now.ts'

interface AppProps {
  readonly api: InboxApi
  readonly session: Session
  readonly client: InboxClient
  readonly drafts: Drafts
  readonly noteDrafts: Drafts
  readonly onLeft: () => void
}

/** The shell: what is true of the whole page above, the desk below. */
export function App({ api, session, client, drafts, noteDrafts, onLeft }: AppProps) {
  const { chat } = client
  const state = useChat(chat)
  const isOutdated = useNewVersion(api, chat, state.connection.state === 'live', state.outbox.length === 0)
  const nowMs = useNow(api.runtime.clock)
  const [hash] = useHash({ getInitialValueInEffect: false })
  const route = parseRoute(hash)
  const [orgName, setOrgName] = useState(session.org.name)

  return (
    <div className="shell">
      <TopBar
        api={api}
        session={session}
        orgName={orgName}
        view={route.view}
        unsentCount={state.outbox.length}
        onLeft={onLeft}
      />
      <ConnectionNotice notice={noticeOf(state)} />
      <SwitchedOff api={api} chat={chat} session={session} />
      {isOutdated && <NewVersion onReload={api.reload} />}
      <Desk
        api={api}
        session={session}
        client={client}
        state={state}
        drafts={drafts}
        noteDrafts={noteDrafts}
        route={route}
        nowMs={nowMs}
        panel={
          <>
            {route.view === 'settings' && (
              <SettingsPane page={route.page} onOrgName={setOrgName} {...{ api, session, client, nowMs }} />
            )}
            {route.view === 'health' && <SessionHealthPane api={api} chat={chat} />}
          </>
        }
      />
    </div>
  )
}
