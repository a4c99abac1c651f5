import type { ChatClient } from '@helvino/client'
import { Group, SegmentedControl, Text, Title } from '@mantine/core'
import { type ComponentType, useEffect, useState } from 'react'
import { Loading } from './Loading.tsx'
import type { InboxApi } from './api.ts'
import { BackLink } from './BackLink.tsx'
import { type HealthRange, healthRanges } from './health-view.ts'
import type { HealthReportProps } from './HealthReport.tsx'
import { useSessionHealth } from './use-session-health.ts'
import { words } from './words/en.ts'

interface SessionHealthPaneProps {
  readonly api: InboxApi
  readonly chat: ChatClient
}

type Drawing = { readonly kind: 'ready'; readonly Report: ComponentType<HealthReportProps> } | { readonly kind: 'gone' }

/** The charts weigh more than the whole inbox: they come when somebody looks at them. */
function useDrawing(): Drawing | undefined {
  const [drawing, setDrawing] = useState<Drawing>()
  useEffect(() => {
    import('./HealthReport.tsx').then(
      ({ HealthReport }) => {
        setDrawing({ kind: 'ready', Report: HealthReport })
      },
      // After a deploy the chunk that this page knows is gone.
      () => {
        setDrawing({ kind: 'gone' })
      },
    )
  }, [])
  return drawing
}

/** How well the visitors' access is renewed: what their pages tell, and what this server saw. */
export function SessionHealthPane({ api, chat }: SessionHealthPaneProps) {
  const [minutes, setMinutes] = useState<HealthRange>(60)
  const shown = useSessionHealth(api, chat, minutes)
  const drawing = useDrawing()
  const problem = drawing?.kind === 'gone' ? words.health.outdated : problemOf(shown)

  return (
    <section className="thread" aria-label={words.health.title}>
      <div className="pane-head">
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <Group gap="xs" wrap="nowrap">
            <BackLink />
            <Title order={2} size="h4">
              {words.health.title}
            </Title>
          </Group>
          <SegmentedControl
            size="xs"
            aria-label={words.health.range}
            value={String(minutes)}
            onChange={(value) => {
              setMinutes(healthRanges.find((range) => String(range) === value) ?? 60)
            }}
            data={healthRanges.map((range) => ({ value: String(range), label: words.health.hours(range / 60) }))}
          />
        </Group>
      </div>
      <div className="scrolls health" tabIndex={0}>
        {problem !== undefined && (
          <Text size="sm" c="red" role="alert">
            {problem}
          </Text>
        )}
        {shown?.health && drawing?.kind === 'ready' ? (
          <drawing.Report health={shown.health} minutes={minutes} />
        ) : (
          problem === undefined && <Loading />
        )}
      </div>
    </section>
  )
}

function problemOf(shown: ReturnType<typeof useSessionHealth>): string | undefined {
  if (!shown || shown.result.kind === 'answered') return undefined
  if (shown.result.kind === 'refused') return words.health.refusedBy(shown.result.code)
  return shown.health ? words.health.stale : words.health.failed
}
