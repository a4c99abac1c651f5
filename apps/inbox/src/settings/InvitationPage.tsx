import type { CallResult } from '@helvino/client'
import type { InvitationOffer } from '@helvino/protocol'
import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { Loading } from '../Loading.tsx'
import type { InboxApi } from '../api.ts'
import { Mark } from '../Mark.tsx'
import { invitationWords as words, settingsWords } from '../words/settings-en.ts'
import { JoinForm } from './JoinForm.tsx'

export interface InvitationPageProps {
  readonly api: InboxApi
  /** From behind the `#` of the address, which no browser sends to a server. */
  readonly token: string
  /** To the inbox: as who has joined, or to its login. */
  readonly onLogin: () => void
}

// As the server makes them: 32 random bytes in base64url.
const tokenLength = 43

/** For somebody who has no login yet: who invites them, and what they need to come in. */
export function InvitationPage({ api, token, onLogin }: InvitationPageProps) {
  const [result, setResult] = useState<CallResult<InvitationOffer>>()
  const isWhole = token.length === tokenLength
  const ask = useCallback(async () => {
    setResult(undefined)
    setResult(await api.findInvitation(token))
  }, [api, token])
  useEffect(() => {
    if (isWhole) void ask()
  }, [ask, isWhole])

  return (
    <main className="lone">
      <Paper withBorder radius="md" p="xl" className="invitation">
        <Mark size={40} />
        {!isWhole && <Plain title={words.noneTitle} text={words.none} />}
        {isWhole && !result && <Loading label={words.asking} />}
        {result?.kind === 'answered' && <JoinForm {...{ api, token, onLogin }} offer={result.value} />}
        {result?.kind === 'refused' && <Refused code={result.code} onLogin={onLogin} />}
        {result?.kind === 'unreachable' && (
          <Plain
            title={words.noAnswerTitle}
            text={result.reason === 'rate_limited' ? words.tooMany : words.noAnswer}
            button={settingsWords.tryAgain}
            onButton={() => void ask()}
          />
        )}
      </Paper>
    </main>
  )
}

function Refused({ code, onLogin }: { readonly code: string; readonly onLogin: () => void }) {
  if (code === 'login_insecure') return <Plain title={words.noAnswerTitle} text={words.insecure} />
  if (code !== 'not_found') return <Plain title={words.noAnswerTitle} text={settingsWords.refused(code)} />
  return (
    <Plain title={words.goneTitle} text={`${words.gone} ${words.goneUsed}`} button={words.toLogin} onButton={onLogin} />
  )
}

interface PlainProps {
  readonly title: string
  readonly text: string
  readonly button?: string
  readonly onButton?: () => void
}

function Plain({ title, text, button, onButton }: PlainProps) {
  return (
    <Stack role="alert">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Text size="sm">{text}</Text>
      {button !== undefined && <Button onClick={onButton}>{button}</Button>}
    </Stack>
  )
}
