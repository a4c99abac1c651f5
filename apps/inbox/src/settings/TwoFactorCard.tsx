import type { CallResult } from '@helvino/client'
import type { TwoFactorOffer } from '@helvino/protocol'
import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { type ReactNode, type SubmitEvent, useState } from 'react'
import type { InboxApi } from '../api.ts'
import { accountWords as words } from '../words/account-en.ts'
import { BackupCodes, OfferedSecret } from './OfferedSecret.tsx'
import { secretProblemOf } from './PasswordCard.tsx'
import { Problem } from './Problem.tsx'

export interface TwoFactorCardProps {
  readonly api: InboxApi
  readonly isOn: boolean
  /** Of its heading, on the page that it stands on. */
  readonly level: 2 | 3
  readonly onChanged: () => void
}

/** A code beside the password: turning it on step by step, and off again. */
export function TwoFactorCard({ api, isOn, level, onChanged }: TwoFactorCardProps) {
  const [isAsked, setAsked] = useState(false)
  const end = () => {
    setAsked(false)
    onChanged()
  }
  return (
    <section className="settings-card" aria-labelledby="account-two-factor">
      <Title order={level} size="h5" id="account-two-factor">
        {words.twoFactor}
      </Title>
      <Text size="sm">{isOn ? words.twoFactorOn : words.twoFactorOff}</Text>
      {!isAsked && (
        <div>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setAsked(true)
            }}
          >
            {isOn ? words.turnOff : words.turnOn}
          </Button>
        </div>
      )}
      {isAsked && isOn && <TurnOff api={api} onEnd={end} />}
      {isAsked && !isOn && <TurnOn api={api} onEnd={end} />}
    </section>
  )
}

interface StepsProps {
  readonly api: InboxApi
  readonly onEnd: () => void
}

function TurnOn({ api, onEnd }: StepsProps) {
  const [offer, setOffer] = useState<TwoFactorOffer>()
  const [isConfirmed, setConfirmed] = useState(false)
  const { clock } = api.runtime
  if (!offer)
    return (
      <ProofForm
        key="password"
        asks={['password']}
        submit={words.goOn}
        onSubmit={async ({ password }) => {
          const answer = await api.account.enrolTwoFactor(password)
          if (answer.kind === 'answered') setOffer(answer.value)
          return answer
        }}
      />
    )
  if (isConfirmed) return <BackupCodes codes={offer.backupCodes} clock={clock} onKept={onEnd} />
  return (
    <ProofForm
      key="code"
      asks={['code']}
      codeLabel={words.appCode}
      submit={words.confirm}
      onSubmit={async ({ code }) => {
        const answer = await api.account.confirmTwoFactor(code)
        if (answer.kind === 'answered') setConfirmed(true)
        return answer
      }}
    >
      <OfferedSecret uri={offer.uri} clock={clock} />
    </ProofForm>
  )
}

function TurnOff({ api, onEnd }: StepsProps) {
  return (
    <ProofForm
      asks={['password', 'code']}
      codeLabel={words.anyCode}
      submit={words.turnOff}
      onSubmit={async ({ password, code }) => {
        const answer = await api.account.disableTwoFactor(password, code)
        if (answer.kind === 'answered') onEnd()
        return answer
      }}
    />
  )
}

interface Proof {
  readonly password: string
  readonly code: string
}

interface ProofFormProps {
  readonly asks: readonly (keyof Proof)[]
  readonly codeLabel?: string
  readonly submit: string
  readonly onSubmit: (proof: Proof) => Promise<CallResult<unknown>>
  /** What stands above the fields. */
  readonly children?: ReactNode
}

/** Asks for what proves that it is them: the password, a code, or both. */
function ProofForm({ asks, codeLabel = words.code, submit, onSubmit, children }: ProofFormProps) {
  const [proof, setProof] = useState<Proof>({ password: '', code: '' })
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const fieldOf = (field: keyof Proof) => ({
    value: proof[field],
    onChange: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
      setProof({ ...proof, [field]: currentTarget.value })
    },
  })

  async function prove() {
    setBusy(true)
    setProblem(undefined)
    const answer = await onSubmit({ ...proof, code: proof.code.trim() })
    setBusy(false)
    setProblem(secretProblemOf(answer))
  }

  return (
    <form
      noValidate
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void prove()
      }}
    >
      <Stack gap="sm" maw={360}>
        {children}
        <Problem text={problem} />
        {asks.includes('password') && (
          <PasswordInput label={words.current} autoComplete="current-password" {...fieldOf('password')} />
        )}
        {asks.includes('code') && <TextInput label={codeLabel} autoComplete="one-time-code" {...fieldOf('code')} />}
        <div>
          <Button type="submit" size="xs" loading={isBusy} disabled={asks.some((field) => proof[field].trim() === '')}>
            {submit}
          </Button>
        </div>
      </Stack>
    </form>
  )
}
