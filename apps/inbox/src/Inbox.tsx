import { Button, Stack, Text } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { Loading } from './Loading.tsx'
import { App } from './App.tsx'
import type { InboxApi, InboxClient } from './api.ts'
import type { Drafts } from './drafts.ts'
import { Login } from './Login.tsx'
import type { Session } from './session.ts'
import { SetUpTwoFactor } from './SetUpTwoFactor.tsx'
import { words } from './words/en.ts'

type Stage =
  | { readonly stage: 'asking' }
  | { readonly stage: 'no-answer' }
  | { readonly stage: 'logged-out'; readonly hasEnded: boolean }
  | { readonly stage: 'code-wanted'; readonly session: Session }
  | {
      readonly stage: 'logged-in'
      readonly session: Session
      readonly client: InboxClient
      readonly drafts: Drafts
      readonly noteDrafts: Drafts
    }

const askEveryMs = 5_000

/** Between the tabs of a browser: somebody has logged in. */
const loginChannel = 'helvino/login'

function tellOfLogin({ runtime }: InboxApi): void {
  const channel = runtime.channels.open(loginChannel, () => undefined)
  channel.post('logged-in')
  channel.close()
}

function stageOf(api: InboxApi, session: Session): Stage {
  if (session.mustSetUpTwoFactor) return { stage: 'code-wanted', session }
  return {
    stage: 'logged-in',
    session,
    client: api.openChat(session),
    drafts: api.openDrafts(session, 'drafts'),
    noteDrafts: api.openDrafts(session, 'note-drafts'),
  }
}

/** Nobody, or somebody: finds out who is logged in, and owns that person's chat until they leave. */
export function Inbox({ api }: { readonly api: InboxApi }) {
  const [stage, setStage] = useState<Stage>({ stage: 'asking' })

  const enter = useCallback(
    (session: Session) => {
      setStage(stageOf(api, session))
    },
    [api],
  )
  const findSession = useCallback(
    async (hasEnded: boolean) => {
      const result = await api.findSession()
      if (result.kind === 'answered') enter(result.value)
      else setStage(result.kind === 'refused' ? { stage: 'logged-out', hasEnded } : { stage: 'no-answer' })
    },
    [api, enter],
  )

  const leave = () => {
    setStage({ stage: 'logged-out', hasEnded: false })
  }

  useEffect(() => {
    void findSession(false)
  }, [findSession])
  useReturn(api, stage, enter)

  const chat = stage.stage === 'logged-in' ? stage.client.chat : undefined
  useEnd(chat, findSession)

  switch (stage.stage) {
    case 'asking':
      return <Asking />
    case 'no-answer':
      return (
        <NoAnswer
          onRetry={() => {
            setStage({ stage: 'asking' })
            void findSession(false)
          }}
        />
      )
    case 'logged-out':
      return (
        <Login
          api={api}
          hasEnded={stage.hasEnded}
          onLogin={(session) => {
            tellOfLogin(api)
            enter(session)
          }}
        />
      )
    case 'code-wanted':
      return <SetUpTwoFactor api={api} session={stage.session} onDone={() => void findSession(false)} onLeft={leave} />
    case 'logged-in':
      return (
        <App
          api={api}
          session={stage.session}
          client={stage.client}
          drafts={stage.drafts}
          noteDrafts={stage.noteDrafts}
          onLeft={leave}
        />
      )
  }
}

/** Why no token comes any more: nobody is logged in, or only to set a second factor up. */
const endings: readonly string[] = ['login_required', 'two_factor_demanded']

/** Owns the chat of who is logged in: asks who is, once its session is over, and ends it when somebody else takes its place. */
function useEnd(chat: InboxClient['chat'] | undefined, findSession: (hasEnded: boolean) => Promise<void>): void {
  useEffect(
    () =>
      chat?.renewer.subscribe((event) => {
        // Somebody may have logged in since, in another tab of this browser.
        if (event.type === 'failed' && event.isFinal && endings.includes(event.reason)) void findSession(true)
      }),
    [chat, findSession],
  )
  useEffect(
    () => () => {
      chat?.dispose()
    },
    [chat],
  )
}

/** Who is not in comes in without a click: once the server answers again, and when another tab of this browser has logged in meanwhile. */
function useReturn(api: InboxApi, { stage }: Stage, enter: (session: Session) => void): void {
  useEffect(() => {
    if (stage !== 'no-answer' && stage !== 'logged-out') return undefined
    const { clock, life } = api.runtime
    let isWanted = true
    let cancel: (() => void) | undefined
    const ask = async () => {
      const result = await api.findSession()
      if (!isWanted) return
      if (result.kind === 'answered') enter(result.value)
      else askLater()
    }
    const askLater = () => {
      cancel?.()
      // A server that has said "nobody" says it until somebody has logged in, of which the tab where they did tells the others.
      if (stage === 'no-answer') cancel = clock.startTimer(askEveryMs, () => void ask())
    }
    askLater()
    const unsubscribe = life.subscribe((event) => {
      if (event === 'visible' || event === 'online') void ask()
    })
    const channel = api.runtime.channels.open(loginChannel, () => void ask())
    return () => {
      isWanted = false
      cancel?.()
      unsubscribe()
      channel.close()
    }
  }, [api, stage, enter])
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
      <Loading />
    </main>
  )
}
