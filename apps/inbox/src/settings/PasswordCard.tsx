import type { CallResult } from '@helvino/client'
import { limits } from '@helvino/protocol'
import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import type { InboxApi } from '../api.ts'
import { accountWords as words } from '../words/account-en.ts'
import { Problem, problemOf } from './Problem.tsx'

export interface PasswordCardProps {
  readonly api: InboxApi
  readonly email: string
  readonly onChanged: () => void
}

interface Filled {
  readonly current: string
  readonly next: string
  readonly again: string
}

const empty: Filled = { current: '', next: '', again: '' }

/** What is not right yet, by field. */
function wrongWith({ next, again }: Filled): Partial<Filled> {
  const isLong = next.length >= limits.passwordLeast && next.length <= limits.passwordMost
  return { ...(!isLong && { next: words.badLength }), ...(next !== again && { again: words.different }) }
}

/** In plain words why a password or a code was not taken. */
export function secretProblemOf(result: CallResult<unknown>): string | undefined {
  if (result.kind === 'refused' && result.code === 'password_wrong') return words.wrong
  if (result.kind === 'refused' && result.code === 'password_guessable') return words.guessable
  if (result.kind === 'refused' && result.code === 'code_wrong') return words.wrongCode
  if (result.kind === 'refused' && result.code === 'two_factor_demanded') return words.demandedOff
  if (result.kind === 'unreachable' && result.reason === 'rate_limited') return words.tooMany
  return problemOf(result)
}

/** Sets another password, for whoever knows the present one. */
export function PasswordCard({ api, email, onChanged }: PasswordCardProps) {
  const [filled, setFilled] = useState(empty)
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [result, setResult] = useState<CallResult<true>>()
  const wrong = isTried ? wrongWith(filled) : {}
  const fieldOf = (field: keyof Filled) => ({
    value: filled[field],
    error: wrong[field],
    onChange: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
      setFilled({ ...filled, [field]: currentTarget.value })
    },
  })

  async function submit() {
    setTried(true)
    setResult(undefined)
    if (Object.keys(wrongWith(filled)).length > 0) return
    setBusy(true)
    const answer = await api.account.changePassword(filled.current, filled.next)
    setBusy(false)
    setResult(answer)
    if (answer.kind !== 'answered') return
    setFilled(empty)
    setTried(false)
    onChanged()
  }

  return (
    <section className="settings-card" aria-labelledby="account-password">
      <Title order={3} size="h5" id="account-password">
        {words.password}
      </Title>
      <form
        noValidate
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Stack gap="sm" maw={360}>
          <Problem text={result && secretProblemOf(result)} />
          {/* For the browser's own store of passwords. */}
          <input type="hidden" autoComplete="username" value={email} readOnly />
          <PasswordInput label={words.current} autoComplete="current-password" {...fieldOf('current')} />
          <PasswordInput
            label={words.next}
            description={words.nextNote}
            autoComplete="new-password"
            {...fieldOf('next')}
          />
          <PasswordInput label={words.again} autoComplete="new-password" {...fieldOf('again')} />
          <div>
            <Button type="submit" size="xs" loading={isBusy}>
              {words.change}
            </Button>
          </div>
          <Text size="sm" c="dimmed" role="status">
            {result?.kind === 'answered' && words.changed}
          </Text>
        </Stack>
      </form>
    </section>
  )
}
