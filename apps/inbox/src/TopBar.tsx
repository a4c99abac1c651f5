import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { InboxApi } from './api.ts'
import { routeHash } from './route.ts'
import type { Session } from './session.ts'
import { still } from './still.ts'
import { words } from './words/en.ts'
import { settingsWords } from './words/settings-en.ts'

interface TopBarProps {
  readonly api: InboxApi
  readonly session: Session
  readonly orgName: string
  /** Messages that leave with the page if the agent does. */
  readonly unsentCount: number
  readonly onLeft: () => void
}

type Leaving = 'no' | 'asked' | 'busy' | 'failed'

export const TopBar = still(function TopBar({ api, session, orgName, unsentCount, onLeft }: TopBarProps) {
  const [leaving, setLeaving] = useState<Leaving>('no')

  async function leave() {
    setLeaving('busy')
    const result = await api.logOut()
    // Refused means that the session is gone already, which is what was wanted.
    if (result.kind === 'unreachable') setLeaving('failed')
    else onLeft()
  }

  return (
    <header className="top-bar">
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Text component="h1" fw={600} truncate>
          <a className="home" href={routeHash({ view: 'list' })}>
            {orgName || words.product}
          </a>
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" c="dimmed" truncate visibleFrom="sm" title={session.user.email}>
            {session.user.name || session.user.email}
          </Text>
          <PageLinks />
          <Button
            variant="default"
            size="xs"
            loading={leaving === 'busy'}
            onClick={() => {
              if (unsentCount > 0) setLeaving('asked')
              else void leave()
            }}
          >
            {words.logOut}
          </Button>
        </Group>
      </Group>
      {leaving === 'failed' && (
        <Text size="sm" c="red" role="alert">
          {words.logOutFailed}
        </Text>
      )}
      {leaving === 'asked' && (
        <Group gap="xs" role="alert" mt="xs">
          <Text size="sm">{words.logOutUnsent(unsentCount)}</Text>
          <Button size="compact-sm" color="red" onClick={() => void leave()}>
            {words.logOutAnyway}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              setLeaving('no')
            }}
          >
            {words.stay}
          </Button>
        </Group>
      )}
    </header>
  )
})

function PageLinks() {
  const look = { component: 'a', variant: 'default', size: 'xs' } as const
  return (
    <>
      <Button {...look} href={routeHash({ view: 'health' })} aria-label={words.health.title}>
        <span className="long">{words.health.title}</span>
        <span className="short">{words.health.shortTitle}</span>
      </Button>
      <Button {...look} href={routeHash({ view: 'settings', page: 'widget' })}>
        {settingsWords.title}
      </Button>
    </>
  )
}
