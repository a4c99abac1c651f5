import { type OrgSettings, settingsLimits } from '@helvino/protocol'
import { Input, NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { settingsWords } from '../words/settings-en.ts'
import { previewWords } from '../words/preview-words.ts'
import { ColorField } from './ColorField.tsx'
import type { WidgetEdit } from './use-widget-edit.ts'

const words = settingsWords.widget

export interface LookFieldsProps {
  readonly settings: OrgSettings
  readonly widget: WidgetEdit
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choices: Readonly<Record<Value, string>>
  readonly onChange: (value: Value) => void
}

function Choice<Value extends string>({ label, value, choices, onChange }: ChoiceProps<Value>) {
  const names = Object.keys(choices) as Value[]
  return (
    <Input.Wrapper label={label} labelElement="div">
      <div>
        <SegmentedControl
          aria-label={label}
          value={value}
          data={names.map((name) => ({ value: name, label: choices[name] }))}
          onChange={onChange}
        />
      </div>
    </Input.Wrapper>
  )
}

/** What the widget is called, and its colours and place. */
export function LookFields({ settings, widget }: LookFieldsProps) {
  const { name, theme, position, colorScheme } = settings
  return (
    <>
      <TextInput
        label={words.name}
        description={words.nameNote}
        error={widget.wrong('name')}
        value={name}
        onChange={({ currentTarget }) => {
          widget.edit({ name: currentTarget.value })
        }}
      />
      <ColorField
        value={theme.primaryColor}
        error={widget.wrong('theme.primaryColor')}
        onChange={(primaryColor) => {
          widget.edit({ theme: { primaryColor } })
        }}
      />
      <Choice
        label={words.side}
        value={position}
        choices={words.sides}
        onChange={(side) => {
          widget.edit({ position: side })
        }}
      />
      <Choice
        label={words.scheme}
        value={colorScheme}
        choices={words.schemes}
        onChange={(scheme) => {
          widget.edit({ colorScheme: scheme })
        }}
      />
    </>
  )
}

/** In which language it speaks, and what it says first. */
export function GreetingFields({ settings, widget }: LookFieldsProps) {
  const { greeting, greetingDetail, language } = settings
  const { greetingLength, greetingDetailLength } = settingsLimits
  const languages = [
    { value: 'auto', label: words.languageAuto },
    ...Object.entries(previewWords).map(([value, { name }]) => ({ value, label: name })),
    ...(language === 'auto' || language in previewWords
      ? []
      : [{ value: language, label: words.languageOther(language) }]),
  ]
  return (
    <>
      <NativeSelect
        label={words.language}
        error={widget.wrong('language')}
        value={language}
        data={languages}
        onChange={({ currentTarget }) => {
          widget.edit({ language: currentTarget.value })
        }}
      />
      <TextInput
        label={words.greeting}
        description={greeting === '' ? words.greetingNote : words.used(greeting.length, greetingLength)}
        error={widget.wrong('greeting')}
        value={greeting}
        onChange={({ currentTarget }) => {
          widget.edit({ greeting: currentTarget.value })
        }}
      />
      <Textarea
        label={words.greetingDetail}
        description={
          greetingDetail === '' ? words.greetingNote : words.used(greetingDetail.length, greetingDetailLength)
        }
        error={widget.wrong('greetingDetail')}
        rows={3}
        value={greetingDetail}
        onChange={({ currentTarget }) => {
          widget.edit({ greetingDetail: currentTarget.value })
        }}
      />
    </>
  )
}
