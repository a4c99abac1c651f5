import type { AgentClient } from '@helvino/client'
import { Loader, Text } from '@mantine/core'
import { type ComponentType, useEffect, useState } from 'react'
import type { InboxApi } from '../api.ts'
import type { SettingsPage } from '../route.ts'
import type { Session } from '../session.ts'
import { words } from '../words/en.ts'
import { settingsWords } from '../words/settings-en.ts'

export interface SettingsPaneProps {
  readonly page: SettingsPage
  readonly api: InboxApi
  readonly session: Session
  readonly client: AgentClient
  /** The present, to the minute. */
  readonly nowMs: number
}

/** The settings, which come when somebody looks at them: most who have the inbox open never do. */
export function SettingsPane(props: SettingsPaneProps) {
  const [Area, setArea] = useState<ComponentType<SettingsPaneProps>>()
  const [isGone, setGone] = useState(false)
  useEffect(() => {
    import('./SettingsArea.tsx').then(
      ({ SettingsArea }) => {
        setArea(() => SettingsArea)
      },
      // After a deploy the chunk that this page knows is gone.
      () => {
        setGone(true)
      },
    )
  }, [])
  if (Area) return <Area {...props} />
  return (
    <div className="lone">
      {isGone ? <Text role="alert">{settingsWords.outdated}</Text> : <Loader size="sm" aria-label={words.loading} />}
    </div>
  )
}
