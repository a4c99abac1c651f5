import { Alert, Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import type { InboxApi } from './api.ts'
import { Mark } from './Mark.tsx'
import type { Session } from './session.ts'
import { words } from './words/en.ts'

interface LoginProps {
  readonly api: InboxApi
  /** A session was under way and has run out. */
  readonly hasEnded: boolean
  readonly onLogin: (session: Session) => void
}

export function Login({ api, hasEnded, onLogin }: LoginProps) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  /** `undefined`: nobody has asked for one. */
  const [code, setCode] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit() {
    setBusy(true)
    setProblem(undefined)
    const result = await api.logIn(email.trim(), password, code?.trim())
    setBusy(false)
    if (result.kind === 'answered') onLogin(result.value)
    else if (result.kind === 'refused' && result.code === 'two_factor_required') setCode('')
    else if (result.kind === 'refused') setProblem(words.login.refused(result.code))
    else setProblem(result.reason === 'rate_limited' ? words.login.refused(result.reason) : words.login.noAnswer)
  }

  return (
    <main className="lone">
      <Paper withBorder radius="md" p="xl" className="login">
        <form
          onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
            event.preventDefault()
            void submit()
          }}
        >
          <Stack>
            <Mark size={40} />
            <Title order={1} size="h3">
              {words.login.title}
            </Title>
            <Told problem={problem} hasEnded={hasEnded} />
            <TextInput
              label={words.login.email}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
              autoFocus
              value={email}
              onChange={(event) => {
                setEmail(event.currentTarget.value)
                setCode(undefined)
              }}
            />
            <PasswordInput
              label={words.login.password}
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => {
                setPassword(event.currentTarget.value)
              }}
            />
            {code !== undefined && <CodeField code={code} onCode={setCode} />}
            <Button type="submit" loading={isBusy} fullWidth>
              {words.login.submit}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}

function Told({ problem, hasEnded }: { readonly problem: string | undefined; readonly hasEnded: boolean }) {
  if (problem !== undefined)
    return (
      <Alert color="red" role="alert">
        {problem}
      </Alert>
    )
  return hasEnded ? <Alert color="blue">{words.login.ended}</Alert> : null
}

function CodeField({ code, onCode }: { readonly code: string; readonly onCode: (code: string) => void }) {
  return (
    <TextInput
      label={words.login.code}
      description={words.login.codeNote}
      autoComplete="one-time-code"
      required
      withAsterisk={false}
      autoFocus
      value={code}
      onChange={(event) => {
        onCode(event.currentTarget.value)
      }}
    />
  )
}
