import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { InboxApi } from './api.ts'
import { Face } from './Face.tsx'
import { Mark } from './Mark.tsx'
import { type Route, routeHash } from './route.ts'
import type { Session } from './session.ts'
import { still } from './still.ts'
import { words } from './words/en.ts'
import { settingsWords } from './words/settings-en.ts'

interface TopBarProps {
  readonly api: InboxApi
  readonly session: Session
  readonly orgName: string
  readonly view: Route['view']
  /** Messages that leave with the page if the agent does. */
  readonly unsentCount: number
  readonly onLeft: () => void
}

type Leaving = 'no' | 'asked' | 'busy' | 'failed'

export const TopBar = still(function TopBar({ api, session, orgName, view, unsentCount, onLeft }: TopBarProps) {
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
        <h1>
          <a className="home" href={routeHash({ view: 'list' })}>
            <Mark size={26} />
            <span className="home-name">{orgName || words.product}</span>
          </a>
        </h1>
        <Group gap="0.25rem" wrap="nowrap">
          <PageLinks view={view} />
          <Me user={session.user} />
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            fz="sm"
            fw={500}
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
          <Button size="xs" color="red" onClick={() => void leave()}>
            {words.logOutAnyway}
          </Button>
          <Button
            size="xs"
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

/** Who is logged in, and the way to their own settings. */
function Me({ user }: { readonly user: Session['user'] }) {
  const name = user.name || user.email
  return (
    <a className="me" href={routeHash({ view: 'settings', page: 'account' })} title={user.email}>
      <Face name={name} seed={user.id} />
      <span className="me-name">{name}</span>
    </a>
  )
}

function PageLinks({ view }: Pick<TopBarProps, 'view'>) {
  const linkTo = (route: Route) =>
    ({
      component: 'a',
      variant: 'subtle',
      color: 'gray',
      size: 'xs',
      fz: 'sm',
      fw: 500,
      href: routeHash(route),
      'aria-current': view === route.view ? 'page' : undefined,
    }) as const
  return (
    <>
      <Button {...linkTo({ view: 'health' })} aria-label={words.health.title}>
        <span className="long">{words.health.title}</span>
        <span className="short">{words.health.shortTitle}</span>
      </Button>
      <Button {...linkTo({ view: 'settings', page: 'widget' })}>{settingsWords.title}</Button>
    </>
  )
}
