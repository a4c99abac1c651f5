import type { ChatClient } from '@helvino/client'
import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import type { InboxApi } from './api.ts'
import { mayAdminister, type Session } from './session.ts'
import { type OffSwitch, useSwitchedOff } from './use-switched-off.ts'
import { words } from './words/en.ts'

interface SwitchedOffProps {
  readonly api: InboxApi
  readonly chat: ChatClient
  readonly session: Session
}

/** One line under the top bar while visitors cannot write, which an admin ends with a click. The element stays, so that its text is read out. */
export function SwitchedOff({ api, chat, session }: SwitchedOffProps) {
  const off = useSwitchedOff(api, chat)
  return (
    <div className="notice" role="status" data-kind={off ?? 'none'}>
      {off && (
        <>
          <Text size="sm" component="span">
            {words.switchedOff[off]}
          </Text>{' '}
          {mayAdminister(session) ? (
            <SwitchOn {...{ api, chat, off }} />
          ) : (
            <Text size="sm" component="span">
              {words.switchedOff.askAdmin}
            </Text>
          )}
        </>
      )}
    </div>
  )
}

type SwitchOnProps = Pick<SwitchedOffProps, 'api' | 'chat'> & { readonly off: OffSwitch }

function SwitchOn({ api, chat, off }: SwitchOnProps) {
  const [state, setState] = useState<'still' | 'busy' | 'failed'>('still')
  async function switchOn() {
    setState('busy')
    const result = await api.settings.changeSettings(chat, { [off]: true })
    setState(result.kind === 'answered' ? 'still' : 'failed')
  }
  return (
    <>
      <Button size="compact-sm" fz="xs" variant="default" loading={state === 'busy'} onClick={() => void switchOn()}>
        {words.switchedOff.on}
      </Button>
      {state === 'failed' && (
        <Text size="sm" component="span">
          {' '}
          {words.switchedOff.failed}
        </Text>
      )}
    </>
  )
}
