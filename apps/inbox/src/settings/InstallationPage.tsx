import { SegmentedControl, Text, Title } from '@mantine/core'
import { useCallback, useState } from 'react'
import { Loading } from '../Loading.tsx'
import { installationWords as words } from '../words/settings-en.ts'
import { Copied } from './Copied.tsx'
import { LiveCheck } from './LiveCheck.tsx'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { type Snippet, snippetsOf } from './snippets.ts'
import { useAsked } from './use-asked.ts'

/** Everything that a new owner needs: what to paste, whether it works, and one click where a site has to be allowed. */
export function InstallationPage(props: SettingsPaneProps) {
  const { api, client, session } = props
  const { desk } = client
  const asked = useAsked(useCallback(() => desk.findInstallation(), [desk]))
  const { value, result } = asked
  const problem = problemOf(result)
  return (
    <>
      <PageHead page="installation" session={session} intro={words.intro} />
      {!value && problem === undefined && <Loading />}
      <Problem text={problem} />
      {value && (
        <>
          <Snippets siteId={value.siteId} {...{ api }} />
          <LiveCheck {...props} seen={value.seen} onAsk={asked.again} />
        </>
      )}
    </>
  )
}

const labels = [
  { value: 'two-lines', label: words.twoLines },
  { value: 'one-line', label: words.oneLine },
  { value: 'package', label: words.npm },
]
const notes: Readonly<Record<Snippet['kind'], string>> = {
  'two-lines': words.localNote,
  'one-line': words.oneLineNote,
  package: words.npmNote,
}

function Snippets({ api, siteId }: Pick<SettingsPaneProps, 'api'> & { readonly siteId: string }) {
  const [kind, setKind] = useState<string>('two-lines')
  const snippets = snippetsOf(siteId, api.apiUrl)
  const shown = snippets.find((each) => each.kind === kind) ?? snippets[0]
  return (
    <section className="settings-card" aria-labelledby="installation-lines">
      <div className="settings-line">
        <Title order={3} size="h5" id="installation-lines" className="settings-grow">
          {words.choose}
        </Title>
        <SegmentedControl size="xs" aria-label={words.choose} value={shown.kind} onChange={setKind} data={labels} />
      </div>
      {shown.parts.map(({ name, code }) => (
        <div key={code}>
          {name !== '' && (
            <Text size="sm" fw={500} mb={4}>
              {name}
            </Text>
          )}
          <Copied name={name || words.snippet} text={code} clock={api.runtime.clock} />
        </div>
      ))}
      <Text size="sm" c="dimmed">
        {notes[shown.kind]}
      </Text>
    </section>
  )
}
