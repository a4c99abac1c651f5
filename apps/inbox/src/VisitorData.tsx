import type { PublicVisitorId } from '@helvino/protocol'
import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import type { InboxApi, InboxClient } from './api.ts'
import { Ask } from './settings/Ask.tsx'
import { problemOf } from './settings/Problem.tsx'
import { words } from './words/en.ts'

export interface VisitorDataProps {
  readonly api: InboxApi
  readonly client: Pick<InboxClient, 'exportVisitor' | 'deleteVisitor'>
  readonly visitorId: PublicVisitorId
}

type State = 'still' | 'exporting' | 'asked' | 'deleting'

/** For admins: what is kept of this visitor as a file, or gone for good. */
export function VisitorData({ api, client, visitorId }: VisitorDataProps) {
  const [state, setState] = useState<State>('still')
  const [problem, setProblem] = useState<string>()
  const own = words.visitorColumn

  async function save() {
    setState('exporting')
    const result = await client.exportVisitor(visitorId)
    setProblem(problemOf(result))
    setState('still')
    if (result.kind === 'answered') api.saveFile(`visitor-${visitorId}.json`, result.value)
  }

  async function erase() {
    setState('deleting')
    const result = await client.deleteVisitor(visitorId)
    // Once it is gone the frame that says so takes this from the screen.
    setProblem(problemOf(result))
    setState('still')
  }

  return (
    <section className="visitor-data" aria-label={own.data}>
      <Text component="h4" size="sm" fw={600}>
        {own.data}
      </Text>
      {problem !== undefined && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
      {state === 'asked' || state === 'deleting' ? (
        <Ask
          question={own.deleteAsk}
          yes={own.deleteYes}
          isBusy={state === 'deleting'}
          onYes={() => void erase()}
          onNo={() => {
            setState('still')
          }}
        />
      ) : (
        <div className="visitor-data-acts">
          <Button size="xs" variant="default" loading={state === 'exporting'} onClick={() => void save()}>
            {own.export}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setState('asked')
            }}
          >
            {own.delete}
          </Button>
        </div>
      )}
    </section>
  )
}
