import type { AuditEntry, AuditPage } from '@helvino/protocol'
import type { CallResult } from '@helvino/client'
import { Button, Text, Title } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import { formatFull, formatWhen } from '../when.ts'
import { activityWords as words } from '../words/activity-en.ts'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'

/** What was done in the organisation, page by page; seen by admins. */
export function ActivityPage(props: SettingsPaneProps) {
  const { session } = props
  return (
    <>
      <PageHead page="activity" session={session} intro={words.intro} />
      {mayAdminister(session) && <Activity {...props} />}
    </>
  )
}

/** The entries so far, and what gets more of them. */
function useActivity({ client: { desk } }: SettingsPaneProps) {
  const [entries, setEntries] = useState<readonly AuditEntry[]>()
  const [nextBefore, setNextBefore] = useState<string>()
  const [result, setResult] = useState<CallResult<AuditPage>>()
  const [isBusy, setBusy] = useState(false)
  const more = useCallback(
    async (before?: string) => {
      setBusy(true)
      const answer = await desk.listAudit(before)
      setBusy(false)
      setResult(answer)
      if (answer.kind !== 'answered') return
      setEntries((known = []) => [...(before === undefined ? [] : known), ...answer.value.entries])
      setNextBefore(answer.value.nextBefore)
    },
    [desk],
  )
  useEffect(() => {
    void more()
  }, [more])
  return { entries, nextBefore, result, isBusy, more }
}

function Activity(props: SettingsPaneProps) {
  const { entries, nextBefore, result, isBusy, more } = useActivity(props)
  const problem = problemOf(result)
  if (!entries) return problem === undefined ? <Loading /> : <Problem text={problem} />
  return (
    <section className="settings-card" aria-labelledby="activity-list">
      <div>
        <Title order={3} size="h5" id="activity-list">
          {words.list}
        </Title>
        <Text size="xs" c="dimmed">
          {entries.length === 0 ? words.none : words.addressNote}
        </Text>
      </div>
      <ul className="settings-rows">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} nowMs={props.nowMs} />
        ))}
      </ul>
      <Problem text={problem} />
      {nextBefore !== undefined && (
        <div>
          <Button size="xs" variant="default" loading={isBusy} onClick={() => void more(nextBefore)}>
            {words.older}
          </Button>
        </div>
      )}
    </section>
  )
}

function Entry({ entry, nowMs }: { readonly entry: AuditEntry; readonly nowMs: number }) {
  const { at, action, actor, subject, addressKey, changes } = entry
  const who = actor.name || actor.email || words.nobody
  return (
    <li>
      <div className="settings-grow">
        <Text size="sm" fw={500} className="origin">
          {words.act(action, subject)}
        </Text>
        {changes.length > 0 && (
          <Text size="sm" className="origin">
            {changes.map(words.change).join(', ')}
          </Text>
        )}
        <Text size="xs" c="dimmed" className="origin" title={actor.email}>
          {[who, ...(addressKey === '' ? [] : [words.from(addressKey)])].join(' · ')}
        </Text>
      </div>
      <Text size="xs" c="dimmed" component="time" dateTime={at} title={formatFull(at)}>
        {formatWhen(at, nowMs)}
      </Text>
    </li>
  )
}
