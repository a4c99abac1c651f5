import type { OrgSettings } from '@helvino/protocol'
import { Button, Switch, Text, Title } from '@mantine/core'
import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import { settingsWords } from '../words/settings-en.ts'
import { HoursFields } from './HoursFields.tsx'
import { GreetingFields, LookFields } from './LookFields.tsx'
import { PageHead } from './PageHead.tsx'
import { Problem } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import type { LeaveGuard } from './use-leave-guard.ts'
import { useWidgetEdit, type WidgetEdit } from './use-widget-edit.ts'
import { WidgetPreview } from './WidgetPreview.tsx'

const words = settingsWords.widget

export interface WidgetPageProps extends SettingsPaneProps {
  readonly guard: LeaveGuard
}

/** How the widget looks and greets, with a picture of it that follows each word. */
export function WidgetPage({ api, client, session, guard, onOrgName }: WidgetPageProps) {
  const widget = useWidgetEdit(api, client.chat, session, onOrgName)
  const { settings, problem, isDirty } = widget
  const { setHeld } = guard
  useEffect(() => {
    setHeld(isDirty)
    return () => {
      setHeld(false)
    }
  }, [isDirty, setHeld])
  return (
    <>
      <PageHead page="widget" session={session} intro={words.intro} />
      {!settings && (problem === undefined ? <Loading /> : <Problem text={problem} />)}
      {settings && (
        <div className="widget-page">
          <WidgetForm {...{ settings, widget, guard }} isAdmin={mayAdminister(session)} />
          <aside className="widget-aside" aria-label={settingsWords.preview.title}>
            <WidgetPreview settings={settings} />
          </aside>
        </div>
      )}
    </>
  )
}

interface WidgetFormProps {
  readonly settings: OrgSettings
  readonly widget: WidgetEdit
  readonly guard: LeaveGuard
  readonly isAdmin: boolean
}

function WidgetForm({ settings, widget, guard, isAdmin }: WidgetFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const { problem } = widget
  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [problem])
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void widget.save()
      }}
    >
      {/* Nothing is written while it is being saved. */}
      <fieldset className="widget-form" disabled={!isAdmin || widget.state === 'saving'}>
        <Part title={words.look}>
          <LookFields {...{ settings, widget }} />
        </Part>
        <Part title={words.greetingPart}>
          <GreetingFields {...{ settings, widget }} />
        </Part>
        <Part title={words.hoursPart}>
          <HoursFields {...{ settings, widget }} />
        </Part>
        <Part title={words.behaviour}>
          <Switches {...{ settings, widget }} />
        </Part>
      </fieldset>
      {isAdmin && <SaveBar {...{ widget, guard }} />}
    </form>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="settings-card">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </section>
  )
}

const switches = [
  ['widgetEnabled', words.widgetEnabled, words.widgetEnabledNote],
  ['writeEnabled', words.writeEnabled, words.writeEnabledNote],
  ['askEmail', words.askEmail, words.askEmailNote],
  ['branding', words.branding, words.brandingNote],
] as const

function Switches({ settings, widget }: Pick<WidgetFormProps, 'settings' | 'widget'>) {
  return switches.map(([field, label, description]) => (
    <Switch
      key={field}
      label={label}
      description={description}
      checked={settings[field]}
      onChange={({ currentTarget }) => {
        widget.edit({ [field]: currentTarget.checked })
      }}
    />
  ))
}

/** Stands at the bottom of what is seen: what is not saved, and how to save it. */
function SaveBar({ widget, guard }: Pick<WidgetFormProps, 'widget' | 'guard'>) {
  const { isDirty, state, problem } = widget
  if (guard.wanted !== undefined) return <Leaving {...{ widget, guard }} />
  return (
    <div className="save-bar" data-busy={isDirty || state !== 'still'}>
      <Text size="sm" role="status" c={problem === undefined ? 'dimmed' : 'red'}>
        {problem ?? (isDirty ? words.unsaved : state === 'saved' ? words.saved : words.nothing)}
      </Text>
      <Button variant="default" disabled={!isDirty || state === 'saving'} onClick={widget.discard}>
        {words.discard}
      </Button>
      <Button type="submit" loading={state === 'saving'} disabled={!isDirty}>
        {words.save}
      </Button>
    </div>
  )
}

function Leaving({ widget, guard }: Pick<WidgetFormProps, 'widget' | 'guard'>) {
  const stay = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    stay.current?.focus()
  }, [])
  return (
    <div className="save-bar" data-busy role="alertdialog" aria-label={words.leaving}>
      <Text size="sm">{words.leaving}</Text>
      <Button ref={stay} variant="default" onClick={guard.stay}>
        {words.stay}
      </Button>
      <Button
        variant="default"
        onClick={() => {
          widget.discard()
          guard.leave()
        }}
      >
        {words.leave}
      </Button>
      <Button
        loading={widget.state === 'saving'}
        onClick={() => {
          void widget.save().then((isSaved) => {
            if (isSaved) guard.leave()
            else guard.stay()
          })
        }}
      >
        {words.saveAndLeave}
      </Button>
    </div>
  )
}
