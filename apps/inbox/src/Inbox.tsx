import type { AgentClient, CallResult } from '@helvino/client'
import { Button, Loader, Stack, Text } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { App } from './App.tsx'
import type { InboxApi } from './api.ts'
import type { Drafts } from './drafts.ts'
import { Login } from './Login.tsx'
import type { Session } from './session.ts'
import { words } from './words/en.ts'

type Stage =
  | { readonly stage: 'asking' }
  | { readonly stage: 'no-answer' }
  | { readonly stage: 'logged-out'; readonly hasEnded: boolean }
  | { readonly stage: 'logged-in'; readonly session: Session; readonly client: AgentClient; readonly drafts: Drafts }

/** Nobody, or somebody: finds out who is logged in, and owns that person's chat until they leave. */
export function Inbox({ api }: { readonly api: InboxApi }) {
  const [stage, setStage] = useState<Stage>({ stage: 'asking' })

  const enter = useCallback(
    (session: Session) => {
      setStage({ stage: 'logged-in', session, client: api.openChat(session), drafts: api.openDrafts(session) })
    },
    [api],
  )
  const hearSession = useCallback(
    (result: CallResult<Session>) => {
      if (result.kind === 'answered') enter(result.value)
      else setStage(result.kind === 'refused' ? { stage: 'logged-out', hasEnded: false } : { stage: 'no-answer' })
    },
    [enter],
  )

  useEffect(() => {
    void api.findSession().then(hearSession)
  }, [api, hearSession])

  const chat = stage.stage === 'logged-in' ? stage.client.chat : undefined
  useEffect(
    () =>
      chat?.renewer.subscribe((event) => {
        if (event.type === 'failed' && event.isFinal && event.reason === 'login_required')
          setStage({ stage: 'logged-out', hasEnded: true })
      }),
    [chat],
  )
  useEffect(
    () => () => {
      chat?.dispose()
    },
    [chat],
  )

  switch (stage.stage) {
    case 'asking':
      return <Asking />
    case 'no-answer':
      return (
        <NoAnswer
          onRetry={() => {
            setStage({ stage: 'asking' })
            void api.findSession().then(hearSession)
          }}
        />
      )
    case 'logged-out':
      return <Login api={api} hasEnded={stage.hasEnded} onLogin={enter} />
    case 'logged-in':
      return (
        <App
          api={api}
          session={stage.session}
          client={stage.client}
          drafts={stage.drafts}
          onLeft={() => {
            setStage({ stage: 'logged-out', hasEnded: false })
          }}
        />
      )
  }
}

function NoAnswer({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <main className="lone">
      <Stack align="center">
        <Text>{words.noServer}</Text>
        <Button onClick={onRetry}>{words.tryAgain}</Button>
      </Stack>
    </main>
  )
}

function Asking() {
  return (
    <main className="lone">
      <Loader aria-label={words.loading} />
    </main>
  )
}
