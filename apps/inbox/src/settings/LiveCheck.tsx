import type { SeenOrigin } from '@helvino/protocol'
import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { mayAdminister } from '../session.ts'
import { installationWords as words } from '../words/settings-en.ts'
import { ago } from './ago.ts'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { usePolling } from './use-polling.ts'
import { useSites } from './use-sites.ts'

const everyMs = 4_000
// Who has not pasted the lines by then asks with a click.
const forMs = 600_000
const shownAtMost = 5

export interface LiveCheckProps extends SettingsPaneProps {
  readonly seen: readonly SeenOrigin[]
  readonly onAsk: () => Promise<void>
}

/** Whether the chat is on a page yet, asked while somebody looks; and what keeps it off one. */
export function LiveCheck(props: LiveCheckProps) {
  const { api, session, seen, onAsk } = props
  const { clock } = api.runtime
  const { isAsking, again } = usePolling(api.runtime, onAsk, { everyMs, forMs })
  const isSeen = seen.length > 0
  const state = isSeen ? 'seen' : isAsking ? 'waiting' : 'paused'
  return (
    <section className="settings-card" aria-labelledby="installation-live">
      <Title order={3} size="h5" id="installation-live">
        {words.checkTitle}
      </Title>
      {mayAdminister(session) && <RefusedHere {...props} isAsking={isAsking} onAllowed={onAsk} />}
      <div role="status" className="live-states">
        {seen.slice(0, shownAtMost).map(({ origin, lastSeenAt }) => (
          <div className="live-state" key={origin}>
            <span className="live-mark" data-state="seen" />
            <Text size="sm" className="origin">
              {words.seen(origin, ago(lastSeenAt, clock.nowMs()))}
            </Text>
          </div>
        ))}
        {!isSeen && (
          <div className="live-state">
            <span className="live-mark" data-state={state} />
            <div>
              <Text size="sm">{isAsking ? words.waiting : words.paused}</Text>
              {isAsking && (
                <Text size="xs" c="dimmed">
                  {words.waitingNote}
                </Text>
              )}
            </div>
          </div>
        )}
      </div>
      {!isAsking && (
        <div>
          <Button size="xs" variant="default" onClick={again}>
            {words.lookAgain}
          </Button>
        </div>
      )}
    </section>
  )
}

interface RefusedHereProps extends SettingsPaneProps {
  readonly isAsking: boolean
  readonly onAllowed: () => Promise<void>
}

/** Who asked for the chat in vain, with the click that allows it. */
function RefusedHere({ api, client, isAsking, onAllowed }: RefusedHereProps) {
  const { sites, result, allow, busyOrigin } = useSites(api, client.chat, isAsking, everyMs)
  const [allowed, setAllowed] = useState<string>()
  const refused = sites?.refused.slice(0, shownAtMost) ?? []
  return (
    <>
      <Problem text={problemOf(result)} />
      {refused.length > 0 && (
        <ul className="settings-rows refused-here" aria-label={words.refusedTitle}>
          {refused.map(({ origin }) => (
            <li key={origin}>
              <Text size="sm" className="settings-grow origin">
                {words.refused(origin)}
              </Text>
              <Button
                size="xs"
                loading={busyOrigin === origin}
                aria-label={words.allowNamed(origin)}
                onClick={() => {
                  void allow(origin).then(() => {
                    setAllowed(origin)
                    return onAllowed()
                  })
                }}
              >
                {words.allow}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {allowed !== undefined && sites?.allowed.includes(allowed) && (
        <Text size="sm" role="status">
          {words.allowed(allowed)}
        </Text>
      )}
    </>
  )
}
