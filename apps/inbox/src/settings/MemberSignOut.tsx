import type { CallResult } from '@helvino/client'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { settingsWords } from '../words/settings-en.ts'
import { accountWords as words } from '../words/account-en.ts'

export interface MemberSignOutProps {
  readonly name: string
  readonly signOut: () => Promise<CallResult<true>>
}

/** Ends every login of a member; they stay one, and log in again. */
export function MemberSignOut({ name, signOut }: MemberSignOutProps) {
  const [told, setTold] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  return (
    <Button
      size="xs"
      variant="default"
      loading={isBusy}
      aria-label={told === undefined ? words.signOutNamed(name) : undefined}
      onClick={() => {
        setBusy(true)
        void signOut().then((answer) => {
          setBusy(false)
          setTold(answer.kind === 'answered' ? words.signedOut : settingsWords.tryAgain)
        })
      }}
    >
      <span aria-live="polite">{told ?? words.signOut}</span>
    </Button>
  )
}
