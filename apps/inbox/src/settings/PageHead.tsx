import { Alert, Text, Title } from '@mantine/core'
import type { SettingsPage } from '../route.ts'
import { mayAdminister, type Session } from '../session.ts'
import { settingsWords as words } from '../words/settings-en.ts'

export interface PageHeadProps {
  readonly page: SettingsPage
  readonly session: Session
  readonly intro?: string
}

/** What a page is called and for; who is no admin reads first what that means here. */
export function PageHead({ page, session, intro }: PageHeadProps) {
  return (
    <header className="settings-head">
      <Title order={2} size="h3" id="settings-heading">
        {words.pages[page]}
      </Title>
      {intro !== undefined && (
        <Text size="sm" c="dimmed">
          {intro}
        </Text>
      )}
      {!mayAdminister(session) && words.adminsOnly[page] !== undefined && (
        <Alert color="blue" title={words.forAdmins} mt="sm">
          {words.adminsOnly[page]}
        </Alert>
      )}
    </header>
  )
}
