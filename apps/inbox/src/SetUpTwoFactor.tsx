import { Button, Stack, Text, Title } from '@mantine/core'
import type { InboxApi } from './api.ts'
import type { Session } from './session.ts'
import { TwoFactorCard } from './settings/TwoFactorCard.tsx'
import { accountWords as words } from './words/account-en.ts'

export interface SetUpTwoFactorProps {
  readonly api: InboxApi
  readonly session: Session
  readonly onDone: () => void
  readonly onLeft: () => void
}

/** What somebody sees whose organisation asks for a code that their login has not: the way to one, and the way out. */
export function SetUpTwoFactor({ api, session, onDone, onLeft }: SetUpTwoFactorProps) {
  return (
    <main className="lone">
      <Stack className="set-up">
        <Title order={1} size="h3">
          {words.demandTitle}
        </Title>
        <Text>{words.demanded(session.org.name)}</Text>
        <TwoFactorCard level={2} api={api} isOn={false} onChanged={onDone} />
        <div>
          <Button variant="subtle" size="xs" onClick={() => void api.logOut().then(onLeft)}>
            {words.logOut}
          </Button>
        </div>
      </Stack>
    </main>
  )
}
