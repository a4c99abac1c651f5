import type { OrgSettings } from '@helvino/protocol'
import { SegmentedControl, Text, Title } from '@mantine/core'
import { useLayoutEffect, useRef, useState } from 'react'
import { previewWordsFor } from '../words/preview-words.ts'
import { settingsWords } from '../words/settings-en.ts'
import { isColor, textColorOn } from './contrast.ts'

const words = settingsWords.preview

type Scheme = 'light' | 'dark'
const asChoices = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))

/** The widget as a visitor will see it, drawn small: on a light and a dark system, in office hours and outside. */
export function WidgetPreview({ settings }: { readonly settings: OrgSettings }) {
  const { colorScheme, officeHours, widgetEnabled } = settings
  const [system, setSystem] = useState<Scheme>('light')
  const [isAway, setAway] = useState(false)
  return (
    <div className="preview-card">
      <Title order={3} size="h5">
        {words.title}
      </Title>
      <div className="preview-choices">
        <Text size="xs" c="dimmed">
          {words.scheme}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={words.scheme}
          value={system}
          data={asChoices(words.schemes)}
          onChange={(value) => {
            setSystem(value === 'dark' ? 'dark' : 'light')
          }}
        />
        {officeHours && (
          <SegmentedControl
            size="xs"
            aria-label={words.when}
            value={isAway ? 'away' : 'open'}
            data={asChoices(words.whens)}
            onChange={(value) => {
              setAway(value === 'away')
            }}
          />
        )}
      </div>
      <Picture
        settings={settings}
        page={system}
        scheme={colorScheme === 'auto' ? system : colorScheme}
        isAway={isAway && officeHours !== null}
      />
      {!widgetEnabled && (
        <Text size="sm" c="dimmed" role="status">
          {words.off}
        </Text>
      )}
    </div>
  )
}

interface PictureProps {
  readonly settings: OrgSettings
  readonly page: Scheme
  readonly scheme: Scheme
  readonly isAway: boolean
}

const usualColor = '#2563eb'

function Picture({ settings, page, scheme, isAway }: PictureProps) {
  const { theme, position, widgetEnabled } = settings
  const box = useRef<HTMLDivElement>(null)
  const color = isColor(theme.primaryColor) ? theme.primaryColor : usualColor
  useLayoutEffect(() => {
    // Set on the element itself: the page's policy forbids styles in the markup.
    box.current?.style.setProperty('--helvino-color', color)
    box.current?.style.setProperty('--helvino-on-color', textColorOn(color))
  }, [color])
  return (
    <div className="preview" ref={box} role="img" aria-label={words.picture} data-page={page} data-side={position}>
      <div className="preview-page">
        <i />
        <i />
        <i />
        <i />
      </div>
      {widgetEnabled && (
        <div className="preview-widget" data-scheme={scheme}>
          <Panel {...{ settings, isAway }} />
          <div className="preview-launcher">
            <svg viewBox="0 0 24 24">
              <path d="m6 6 12 12M6 18 18 6" />
            </svg>
          </div>
        </div>
      )}
    </div>
  )
}

/** The parts of the widget's panel, in its measures. */
function Panel({ settings, isAway }: Pick<PictureProps, 'settings' | 'isAway'>) {
  const { name, greeting, greetingDetail, expectedReply, askEmail, branding, writeEnabled, language: tag } = settings
  const { language, words: own } = previewWordsFor(tag, navigator.language)
  const headline = isAway ? own.away : expectedReply && own[expectedReply]
  const title = name.trim()
  return (
    <div className="preview-panel" lang={language} dir={language === 'ar' ? 'rtl' : 'ltr'}>
      <div className="preview-header">
        <span className="preview-initial">{title.slice(0, 1)}</span>
        <div>
          <b>{title}</b>
          {headline && <p>{headline}</p>}
        </div>
        <svg viewBox="0 0 24 24">
          <path d="m6 9 6 6 6-6" />
        </svg>
      </div>
      <div className="preview-room">
        <div className="preview-greeting">
          <strong>{greeting.trim() || own.greeting}</strong>
          <p>{greetingDetail.trim() || own.greetingDetail}</p>
        </div>
        {isAway && askEmail && (
          <div className="preview-email">
            <p>{own.emailAsk}</p>
            <span>{own.emailLabel}</span>
          </div>
        )}
      </div>
      {!writeEnabled && <p className="preview-off">{own.writesOff}</p>}
      <div className="preview-composer" data-off={!writeEnabled}>
        <span>{own.placeholder}</span>
        <div className="preview-send">
          <svg viewBox="0 0 24 24">
            <path d="M12 19V5m-6 6 6-6 6 6" />
          </svg>
        </div>
      </div>
      {branding && <p className="preview-branding">{own.branding}</p>}
    </div>
  )
}
