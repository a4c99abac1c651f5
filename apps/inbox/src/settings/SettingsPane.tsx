import { Text } from '@mantine/core'
import { type ComponentType, useEffect, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { settingsWords } from '../words/settings-en.ts'
import type { SettingsPaneProps } from './settings-pane-props.ts'

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
  return <div className="lone">{isGone ? <Text role="alert">{settingsWords.outdated}</Text> : <Loading />}</div>
}
