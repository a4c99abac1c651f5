import { Button, Text, Title } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import { formatFull } from '../when.ts'
import { identityWords as words } from '../words/settings-en.ts'
import { Ask } from './Ask.tsx'
import { Copied } from './Copied.tsx'
import type { IdentitySecret } from './identity-secret.ts'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { useAsked } from './use-asked.ts'
import { VisitorsCard } from './VisitorsCard.tsx'

/** What the site's own server signs with; seen by admins. */
export function IdentityPage(props: SettingsPaneProps) {
  const { session } = props
  return (
    <>
      <PageHead page="identity" session={session} intro={words.intro} />
      <section className="settings-card" aria-labelledby="identity-purpose">
        <Title order={3} size="h5" id="identity-purpose">
          {words.purpose}
        </Title>
        {words.explain.map((sentence) => (
          <Text size="sm" key={sentence}>
            {sentence}
          </Text>
        ))}
        <a className="settings-more" href="/docs/javascript-api" target="_blank" rel="noreferrer">
          {words.docs}
        </a>
      </section>
      {mayAdminister(session) && <Secret {...props} />}
      {mayAdminister(session) && <VisitorsCard {...props} />}
    </>
  )
}

function Secret({ api, client }: SettingsPaneProps) {
  const { chat } = client
  const { value, result, put } = useAsked(useCallback(() => api.settings.findIdentitySecret(chat), [api, chat]))
  const [isShown, setShown] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [isRotated, setRotated] = useState(false)
  const problem = problemOf(result)
  if (!value) return problem === undefined ? <Loading /> : <Problem text={problem} />

  async function rotate() {
    setBusy(true)
    const answer = await api.settings.rotateIdentitySecret(chat)
    put(answer)
    setBusy(false)
    setRotated(answer.kind === 'answered')
    if (answer.kind === 'answered') setShown(true)
  }

  return (
    <section className="settings-card" aria-labelledby="identity-secret">
      <div className="settings-line">
        <Title order={3} size="h5" id="identity-secret" className="settings-grow">
          {words.secret}
        </Title>
        <Button
          size="xs"
          variant="default"
          aria-expanded={isShown}
          onClick={() => {
            setShown(!isShown)
          }}
        >
          {isShown ? words.hide : words.show}
        </Button>
      </div>
      <Problem text={problem} />
      {isShown ? (
        <Copied name={words.secret} text={value.secret} clock={api.runtime.clock} />
      ) : (
        <Text size="sm" c="dimmed">
          {words.hidden}
        </Text>
      )}
      <Dates secret={value} isRotated={isRotated} />
      <Rotation isBusy={isBusy} onRotate={rotate} />
    </section>
  )
}

interface RotationProps {
  readonly isBusy: boolean
  readonly onRotate: () => Promise<void>
}

function Rotation({ isBusy, onRotate }: RotationProps) {
  const [isAsked, setAsked] = useState(false)
  if (!isAsked)
    return (
      <div>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setAsked(true)
          }}
        >
          {words.rotate}
        </Button>
      </div>
    )
  const end = () => {
    setAsked(false)
  }
  return (
    <Ask
      question={words.rotateAsk}
      yes={words.rotateYes}
      isBusy={isBusy}
      onYes={() => void onRotate().then(end)}
      onNo={end}
    />
  )
}

function Dates({ secret, isRotated }: { readonly secret: IdentitySecret; readonly isRotated: boolean }) {
  const { createdAt, previousUntil } = secret
  return (
    <Text size="sm" c="dimmed" role="status">
      {isRotated && `${words.rotated} `}
      {words.made(formatFull(createdAt))}
      {previousUntil !== undefined && ` ${words.previous(formatFull(previousUntil))}`}
    </Text>
  )
}
