import type { CallResult } from '@helvino/client'
import { type InvitationOffer, limits } from '@helvino/protocol'
import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import type { InboxApi } from '../api.ts'
import { formatFull } from '../when.ts'
import { accountWords } from '../words/account-en.ts'
import { invitationWords as words, settingsWords } from '../words/settings-en.ts'
import { Problem } from './Problem.tsx'

export interface JoinFormProps {
  readonly api: InboxApi
  readonly token: string
  readonly offer: InvitationOffer
  readonly onLogin: () => void
}

interface Filled {
  readonly name: string
  readonly password: string
  readonly again: string
}

const { nameLength, passwordLeast, passwordMost } = limits

/** What is not right yet, by field. */
function wrongWith({ name, password, again }: Filled): Partial<Filled> {
  const isNamed = name.trim() !== '' && name.trim().length <= nameLength
  return {
    ...(!isNamed && { name: words.badName }),
    ...(password.length < passwordLeast && { password: words.tooShort }),
    ...(password.length > passwordMost && { password: words.tooLong }),
    ...(password !== again && { again: words.different }),
  }
}

function joinProblemOf(result: CallResult<unknown>): string | undefined {
  if (result.kind === 'answered') return undefined
  const code = result.kind === 'refused' ? result.code : result.reason
  const told: Readonly<Record<string, string>> = {
    not_found: `${words.gone} ${words.goneUsed}`,
    address_taken: words.taken,
    password_guessable: accountWords.guessable,
    rate_limited: words.tooMany,
    login_insecure: words.insecure,
  }
  return told[code] ?? (result.kind === 'refused' ? settingsWords.refused(code) : words.noAnswer)
}

/** Joins, and logs in with what was chosen. */
export function JoinForm({ api, token, offer, onLogin }: JoinFormProps) {
  const [filled, setFilled] = useState<Filled>({ name: '', password: '', again: '' })
  const [isTried, setTried] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
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
    setProblem(undefined)
    if (Object.keys(wrongWith(filled)).length > 0) return
    setBusy(true)
    const { name, password } = filled
    const result = await api.acceptInvitation(token, name.trim(), password)
    // Where only the login after it fails, the inbox asks for it.
    if (result.kind === 'answered') await api.logIn(offer.email, password)
    setBusy(false)
    setProblem(joinProblemOf(result))
    if (result.kind === 'answered') onLogin()
  }

  return (
    <form
      noValidate
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack>
        <Title order={1} size="h3" className="origin">
          {words.title(offer.orgName)}
        </Title>
        <Text size="sm" className="origin">
          {words.offer(offer.role, offer.email)}
        </Text>
        <Problem text={problem} />
        {/* For the browser's own store of passwords. */}
        <input type="hidden" autoComplete="username" value={offer.email} readOnly />
        <TextInput label={words.name} description={words.nameNote} autoComplete="name" autoFocus {...fieldOf('name')} />
        <PasswordInput
          label={words.password}
          description={words.passwordNote}
          autoComplete="new-password"
          {...fieldOf('password')}
        />
        <PasswordInput label={words.again} autoComplete="new-password" {...fieldOf('again')} />
        <Button type="submit" loading={isBusy} fullWidth>
          {words.join}
        </Button>
        <Text size="xs" c="dimmed">
          {words.until(formatFull(offer.expiresAt))}
        </Text>
      </Stack>
    </form>
  )
}
