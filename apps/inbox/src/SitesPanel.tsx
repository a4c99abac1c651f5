import type { CallResult, ChatClient } from '@helvino/client'
import { Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { InboxApi } from './api.ts'
import { BackLink } from './BackLink.tsx'
import type { Sites } from './sites.ts'
import { useSites } from './use-sites.ts'
import { formatWhen } from './when.ts'
import { words } from './words/en.ts'

interface SitesPanelProps {
  readonly api: InboxApi
  readonly chat: ChatClient
  readonly nowMs: number
}

const problemOf = (result: CallResult<Sites>): string | undefined => {
  if (result.kind === 'refused') return words.sites.refusedBy(result.code)
  return result.kind === 'unreachable' ? words.sites.failed : undefined
}

/** For admins: where the chat may show, and one click for a site that asked in vain. */
export function SitesPanel({ api, chat, nowMs }: SitesPanelProps) {
  const { sites, result, allow: send } = useSites(api, chat)
  const [busyOrigin, setBusyOrigin] = useState<string>()
  const problem = result && problemOf(result)

  async function allow(origin: string) {
    setBusyOrigin(origin)
    await send(origin)
    setBusyOrigin(undefined)
  }

  return (
    <section className="thread" aria-label={words.sites.title}>
      <div className="pane-head">
        <Group gap="xs" wrap="nowrap">
          <BackLink />
          <Title order={2} size="h4">
            {words.sites.title}
          </Title>
        </Group>
      </div>
      <Stack className="scrolls" p="md" gap="md">
        <Text size="sm">{words.sites.explain}</Text>
        {problem && (
          <Text size="sm" c="red" role="alert">
            {problem}
          </Text>
        )}
        {!sites && !problem && <Loader size="sm" aria-label={words.loading} />}
        {sites && (
          <SiteLists sites={sites} nowMs={nowMs} busyOrigin={busyOrigin} onAllow={(origin) => void allow(origin)} />
        )}
      </Stack>
    </section>
  )
}

interface SiteListsProps {
  readonly sites: Sites
  readonly nowMs: number
  /** The one that is being allowed. */
  readonly busyOrigin: string | undefined
  readonly onAllow: (origin: string) => void
}

function SiteLists({ sites, nowMs, busyOrigin, onAllow }: SiteListsProps) {
  return (
    <>
      <Title order={3} size="h6">
        {words.sites.refused}
      </Title>
      {sites.refused.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.sites.noneRefused}
        </Text>
      )}
      <ul className="sites">
        {sites.refused.map(({ origin, lastSeenAt }) => (
          <li key={origin}>
            <Text size="sm" className="origin">
              {origin}{' '}
              <Text span size="xs" c="dimmed">
                {words.sites.lastSeen(formatWhen(lastSeenAt, nowMs))}
              </Text>
            </Text>
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
      <Title order={3} size="h6">
        {words.sites.allowed}
      </Title>
      {sites.allowed.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.sites.noneAllowed}
        </Text>
      )}
      <ul className="sites">
        {sites.allowed.map((origin) => (
          <li key={origin}>
            <Text size="sm" className="origin">
              {origin}
            </Text>
          </li>
        ))}
      </ul>
    </>
  )
}
