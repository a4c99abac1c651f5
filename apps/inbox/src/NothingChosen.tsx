import { Kbd, Text } from '@mantine/core'
import { Icon } from './Icon.tsx'
import { InstallLink } from './InstallLink.tsx'
import { words } from './words/en.ts'

interface NothingChosenProps {
  /** False while the team has no conversation at all. */
  readonly hasSome: boolean
  /** Whether it is for the reader to put the chat on a site. */
  readonly isAdmin: boolean
}

/** Beside the list before a conversation is chosen. */
export function NothingChosen({ hasSome, isAdmin }: NothingChosenProps) {
  const isNew = isAdmin && !hasSome
  return (
    <div className="nothing">
      <Icon name="reply" size={36} />
      <Text fw={600}>{hasSome ? words.thread.none : words.thread.noneYet}</Text>
      <Text size="sm" c="dimmed">
        {isNew ? words.thread.installHint : words.thread.noneHint}
      </Text>
      {isNew && <InstallLink />}
      <Text size="sm" c="dimmed" className="nothing-keys">
        <Kbd>j</Kbd> <Kbd>k</Kbd> {words.thread.hintMove} <Kbd>?</Kbd> {words.thread.hintKeys}
      </Text>
    </div>
  )
}
