import type { AgentLogin } from '@helvino/protocol'
import { Button, Text, Title } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { formatWhen } from '../when.ts'
import { accountWords as words } from '../words/account-en.ts'
import { Ask } from './Ask.tsx'
import { PageHead } from './PageHead.tsx'
import { PasswordCard } from './PasswordCard.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { TwoFactorCard } from './TwoFactorCard.tsx'
import { useAsked } from './use-asked.ts'

/** One's own login: where it is open, and the password. */
export function AccountPage(props: SettingsPaneProps) {
  const { api, session, client } = props
  const { chat } = client
  const { value: account, result, put, again } = useAsked(useCallback(() => api.account.find(chat), [api, chat]))
  const problem = problemOf(result)
  return (
    <>
      <PageHead page="account" session={session} intro={words.intro(session.user.email)} />
      {!account && problem === undefined && <Loading />}
      <Problem text={problem} />
      {account && (
        <SessionsCard
          sessions={account.sessions}
          nowMs={props.nowMs}
          onEnd={async (scope) => {
            const answer = await api.account.endSessions(chat, scope)
            // Whoever has ended their own login is asked to log in.
            if (answer.kind === 'answered' && scope === 'all') api.reload()
            else put(answer)
            return answer.kind === 'answered'
          }}
        />
      )}
      {account && <TwoFactorCard level={3} api={api} isOn={account.hasTwoFactor} onChanged={() => void again()} />}
      {account && <PasswordCard api={api} email={session.user.email} onChanged={() => void again()} />}
    </>
  )
}

interface SessionsCardProps {
  readonly sessions: readonly AgentLogin[]
  readonly nowMs: number
  /** Says whether it was done. */
  readonly onEnd: (scope: 'others' | 'all') => Promise<boolean>
}

function SessionsCard({ sessions, nowMs, onEnd }: SessionsCardProps) {
  const [busy, setBusy] = useState<'others' | 'all'>()
  const [isAsked, setAsked] = useState(false)
  const [isEnded, setEnded] = useState(false)

  async function end(scope: 'others' | 'all') {
    setBusy(scope)
    setEnded((await onEnd(scope)) && scope === 'others')
    setBusy(undefined)
    setAsked(false)
  }

  return (
    <section className="settings-card" aria-labelledby="account-sessions">
      <Title order={3} size="h5" id="account-sessions">
        {words.sessions}
      </Title>
      <ul className="settings-rows">
        {sessions.map((one) => (
          <SessionRow key={one.id} session={one} nowMs={nowMs} />
        ))}
      </ul>
      <div className="settings-line">
        <Button
          size="xs"
          variant="default"
          loading={busy === 'others'}
          disabled={sessions.length < 2}
          onClick={() => void end('others')}
        >
          {words.endOthers}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={isAsked}
          onClick={() => {
            setAsked(true)
          }}
        >
          {words.endAll}
        </Button>
      </div>
      {isAsked && (
        <Ask
          question={words.endAllAsk}
          yes={words.endAll}
          isBusy={busy === 'all'}
          onYes={() => void end('all')}
          onNo={() => {
            setAsked(false)
          }}
        />
      )}
      <Text size="sm" c="dimmed" role="status">
        {isEnded && words.ended}
      </Text>
    </section>
  )
}

function SessionRow({ session, nowMs }: { readonly session: AgentLogin; readonly nowMs: number }) {
  const { browser, seenAt, isCurrent } = session
  return (
    <li>
      <Text size="sm" fw={500} className="settings-grow origin">
        {browser ?? words.unknownBrowser} {isCurrent && <span className="settings-tag">{words.here}</span>}
      </Text>
      <Text size="xs" c="dimmed">
        {words.seen(formatWhen(seenAt, nowMs))}
      </Text>
    </li>
  )
}
