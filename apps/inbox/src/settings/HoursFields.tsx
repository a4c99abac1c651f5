import { type OfficeHours, type OpenHours, type OrgSettings, weekdays } from '@helvino/protocol'
import { Input, NativeSelect, SegmentedControl, Switch, Text, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { settingsWords } from '../words/settings-en.ts'
import type { WidgetEdit } from './use-widget-edit.ts'
import { usualHours } from './widget-edit.ts'

const words = settingsWords.widget

export interface HoursFieldsProps {
  readonly settings: OrgSettings
  readonly widget: WidgetEdit
}

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** When somebody is there, and how soon they reply. */
export function HoursFields({ settings, widget }: HoursFieldsProps) {
  const { officeHours, expectedReply } = settings
  return (
    <>
      <NativeSelect
        label={words.expectedReply}
        value={expectedReply ?? 'none'}
        data={Object.entries(words.expectedReplies).map(([value, label]) => ({ value, label }))}
        onChange={({ currentTarget: { value } }) => {
          widget.edit({ expectedReply: value === 'minutes' || value === 'hours' || value === 'day' ? value : null })
        }}
      />
      <Input.Wrapper label={words.hours} labelElement="div">
        <div>
          <SegmentedControl
            aria-label={words.hours}
            value={officeHours ? 'hours' : 'always'}
            data={Object.entries(words.hoursModes).map(([value, label]) => ({ value, label }))}
            onChange={(mode) => {
              widget.edit({ officeHours: mode === 'hours' ? usualHours(ownZone()) : null })
            }}
          />
        </div>
      </Input.Wrapper>
      {officeHours && <Week {...{ officeHours, widget }} />}
    </>
  )
}

function Week({ officeHours, widget }: { readonly officeHours: OfficeHours; readonly widget: WidgetEdit }) {
  const { timeZone, days } = officeHours
  const zones = useMemo(() => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), timeZone])].sort(), [timeZone])
  return (
    <>
      <Text size="xs" c="dimmed">
        {words.hoursNote}
      </Text>
      <NativeSelect
        label={words.timeZone}
        error={widget.wrong('officeHours.timeZone')}
        value={timeZone}
        data={zones}
        onChange={({ currentTarget }) => {
          widget.edit({ officeHours: { ...officeHours, timeZone: currentTarget.value } })
        }}
      />
      <div className="week">
        {weekdays.map((day) => (
          <Day
            key={day}
            name={words.days[day]}
            hours={days[day]}
            error={widget.wrong(`officeHours.days.${day}`)}
            onChange={(hours) => {
              widget.edit({ officeHours: { ...officeHours, days: { ...days, [day]: hours } } })
            }}
          />
        ))}
      </div>
    </>
  )
}

interface DayProps {
  readonly name: string
  readonly hours: OpenHours | null
  readonly error: string | undefined
  readonly onChange: (hours: OpenHours | null) => void
}

function Day({ name, hours, error, onChange }: DayProps) {
  const look = { type: 'time', size: 'sm', error: error !== undefined } as const
  return (
    <div className="week-day">
      <Switch
        label={name}
        checked={hours !== null}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.checked ? ['09:00', '17:00'] : null)
        }}
      />
      {hours === null ? (
        <Text size="sm" c="dimmed">
          {words.closed}
        </Text>
      ) : (
        <div className="week-times">
          <TextInput
            {...look}
            aria-label={words.from(name)}
            value={hours[0]}
            onChange={({ currentTarget }) => {
              onChange([currentTarget.value, hours[1]])
            }}
          />
          <Text size="sm" component="span">
            {words.until}
          </Text>
          <TextInput
            {...look}
            aria-label={words.to(name)}
            value={hours[1]}
            onChange={({ currentTarget }) => {
              onChange([hours[0], currentTarget.value])
            }}
          />
        </div>
      )}
      {error !== undefined && (
        <Text size="xs" c="red" role="alert" className="week-error">
          {error}
        </Text>
      )}
    </div>
  )
}
