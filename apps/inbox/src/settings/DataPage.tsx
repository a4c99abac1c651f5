import { type OrgSettings, settingsLimits } from '@helvino/protocol'
import { Button, NumberInput, Switch, Text, Title } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import { dataWords as words } from '../words/data-en.ts'
import { Ask } from './Ask.tsx'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { ChangeResult } from './settings-calls.ts'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { useAsked } from './use-asked.ts'

const usualDays = 365

/** How long conversations are kept, and what can be done about those of one visitor. */
export function DataPage(props: SettingsPaneProps) {
  const { api, client, session } = props
  const { chat } = client
  const { value, result, put } = useAsked(useCallback(() => api.settings.findSettings(chat), [api, chat]))
  const problem = problemOf(result)

  async function keep(retentionDays: number | null): Promise<ChangeResult> {
    const answer = await api.settings.changeSettings(chat, { retentionDays })
    if (answer.kind !== 'bad-field') put(answer)
    return answer
  }

  return (
    <>
      <PageHead page="data" session={session} intro={words.intro} />
      <Problem text={problem} />
      {!value && problem === undefined && <Loading />}
      {value && (
        <Retention
          key={String(value.retentionDays)}
          saved={value.retentionDays}
          isAdmin={mayAdminister(session)}
          onKeep={keep}
        />
      )}
      <section className="settings-card" aria-labelledby="data-visitor">
        <Title order={3} size="h5" id="data-visitor">
          {words.visitor}
        </Title>
        {words.visitorExplain.map((sentence) => (
          <Text size="sm" key={sentence}>
            {sentence}
          </Text>
        ))}
      </section>
    </>
  )
}

interface RetentionProps {
  readonly saved: OrgSettings['retentionDays']
  readonly isAdmin: boolean
  readonly onKeep: (days: number | null) => Promise<ChangeResult>
}

/** Asks before anything is deleted that was kept until now. */
function Retention({ saved, isAdmin, onKeep }: RetentionProps) {
  const [days, setDays] = useState(saved)
  const [state, setState] = useState<'still' | 'asked' | 'saving'>('still')
  const isWrong = days !== null && !(Number.isInteger(days) && days >= 1 && days <= settingsLimits.retentionDays)
  const isShorter = days !== null && (saved === null || days < saved)

  async function save() {
    setState('saving')
    await onKeep(days)
    setState('still')
  }

  return (
    <section className="settings-card" aria-labelledby="data-retention">
      <Title order={3} size="h5" id="data-retention">
        {words.retention}
      </Title>
      <Kept days={saved} />
      <fieldset className="widget-form" disabled={!isAdmin || state !== 'still'}>
        <Switch
          label={words.deleteOld}
          description={words.deleteOldNote}
          checked={days !== null}
          onChange={({ currentTarget }) => {
            setDays(currentTarget.checked ? (saved ?? usualDays) : null)
          }}
        />
        {days !== null && (
          <NumberInput
            label={words.days}
            description={words.daysNote}
            error={isWrong ? words.daysWrong : undefined}
            value={Number.isNaN(days) ? '' : days}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            onChange={(value) => {
              setDays(typeof value === 'number' ? value : NaN)
            }}
          />
        )}
        <div>
          <Button
            size="xs"
            disabled={days === saved || isWrong}
            loading={state === 'saving'}
            onClick={() => {
              if (isShorter) setState('asked')
              else void save()
            }}
          >
            {words.save}
          </Button>
        </div>
      </fieldset>
      {state === 'asked' && days !== null && (
        <Ask
          question={words.ask(days)}
          yes={words.askYes}
          isBusy={false}
          onYes={() => void save()}
          onNo={() => {
            setState('still')
          }}
        />
      )}
    </section>
  )
}

function Kept({ days }: { readonly days: OrgSettings['retentionDays'] }) {
  return (
    <Text size="sm" c="dimmed" role="status">
      {days === null ? words.keptForEver : words.keptFor(days)}
    </Text>
  )
}
