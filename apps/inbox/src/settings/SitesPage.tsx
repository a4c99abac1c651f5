import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import type { Sites } from '../sites.ts'
import { formatWhen } from '../when.ts'
import { words } from '../words/en.ts'
import { Ask } from './Ask.tsx'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { useSites } from './use-sites.ts'

/** For admins: where the chat may show, and one click for a site that asked in vain. */
export function SitesPage(props: SettingsPaneProps) {
  const { session } = props
  return (
    <>
      <PageHead page="sites" session={session} intro={words.sites.explain} />
      {mayAdminister(session) && <SiteLists {...props} />}
    </>
  )
}

function SiteLists({ api, client, nowMs }: SettingsPaneProps) {
  const { sites, result, allow, remove, busyOrigin } = useSites(api, client.chat)
  const problem = problemOf(result)
  if (!sites) return problem === undefined ? <Loading /> : <Problem text={problem} />
  return (
    <>
      <Problem text={problem} />
      <RefusedSites {...{ sites, nowMs, busyOrigin }} onAllow={(origin) => void allow(origin)} />
      <section className="settings-card" aria-labelledby="sites-allowed">
        <Title order={3} size="h5" id="sites-allowed">
          {words.sites.allowed}
        </Title>
        {sites.allowed.length === 0 && (
          <Text size="sm" c="dimmed">
            {words.sites.noneAllowed}
          </Text>
        )}
        <ul className="settings-rows">
          {sites.allowed.map((origin) => (
            <AllowedSite key={origin} origin={origin} isBusy={busyOrigin === origin} onRemove={() => remove(origin)} />
          ))}
        </ul>
      </section>
    </>
  )
}

interface AllowedSiteProps {
  readonly origin: string
  readonly isBusy: boolean
  readonly onRemove: () => Promise<void>
}

function AllowedSite({ origin, isBusy, onRemove }: AllowedSiteProps) {
  const [isAsked, setAsked] = useState(false)
  const end = () => {
    setAsked(false)
  }
  return (
    <li>
      <Text size="sm" className="origin settings-grow">
        {origin}
      </Text>
      {isAsked ? (
        <Ask
          question={words.sites.removeAsk(origin)}
          yes={words.sites.remove}
          isBusy={isBusy}
          onYes={() => void onRemove().then(end)}
          onNo={end}
        />
      ) : (
        <Button
          size="xs"
          variant="default"
          aria-label={words.sites.removeNamed(origin)}
          onClick={() => {
            setAsked(true)
          }}
        >
          {words.sites.remove}
        </Button>
      )}
    </li>
  )
}

interface RefusedSitesProps {
  readonly sites: Sites
  readonly nowMs: number
  readonly busyOrigin: string | undefined
  readonly onAllow: (origin: string) => void
}

function RefusedSites({ sites, nowMs, busyOrigin, onAllow }: RefusedSitesProps) {
  return (
    <section className="settings-card" aria-labelledby="sites-refused">
      <Title order={3} size="h5" id="sites-refused">
        {words.sites.refused}
      </Title>
      {sites.refused.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.sites.noneRefused}
        </Text>
      )}
      <ul className="settings-rows">
        {sites.refused.map(({ origin, lastSeenAt }) => (
          <li key={origin}>
            <div className="settings-grow">
              <Text size="sm" className="origin">
                {origin}
              </Text>
              <Text size="xs" c="dimmed">
                {words.sites.lastSeen(formatWhen(lastSeenAt, nowMs))}
              </Text>
            </div>
            <Button
              size="xs"
              loading={busyOrigin === origin}
              aria-label={words.sites.allowNamed(origin)}
              onClick={() => {
                onAllow(origin)
              }}
            >
              {words.sites.allow}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
