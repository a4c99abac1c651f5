import type { CallResult } from '@helvino/client'
import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { accountWords as words } from '../words/account-en.ts'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'

/** For admins: every token that visitors hold ends, as after a theft. */
export function VisitorsCard({ api, client }: Pick<SettingsPaneProps, 'api' | 'client'>) {
  const [isBusy, setBusy] = useState(false)
  const [result, setResult] = useState<CallResult<true>>()

  async function signOut() {
    setBusy(true)
    setResult(await api.account.signOutVisitors(client.chat))
    setBusy(false)
  }

  return (
    <section className="settings-card" aria-labelledby="identity-visitors">
      <Title order={3} size="h5" id="identity-visitors">
        {words.visitors}
      </Title>
      <Text size="sm">{words.visitorsNote}</Text>
      <Problem text={problemOf(result)} />
      <div>
        <Button size="xs" variant="default" loading={isBusy} onClick={() => void signOut()}>
          {words.visitorsEnd}
        </Button>
      </div>
      <Text size="sm" c="dimmed" role="status">
        {result?.kind === 'answered' && words.visitorsEnded}
      </Text>
    </section>
  )
}
