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

function titleOf(hasSome: boolean, isAdmin: boolean): string {
  if (hasSome) return words.thread.none
  return isAdmin ? words.thread.installTitle : words.thread.noneYet
}

/** Beside the list before a conversation is chosen. */
export function NothingChosen({ hasSome, isAdmin }: NothingChosenProps) {
  const isNew = isAdmin && !hasSome
  return (
    <div className="nothing">
      <span className="nothing-icon">
        <Icon name="chat" size={32} />
      </span>
      <Text fw={600}>{titleOf(hasSome, isAdmin)}</Text>
      <Text size="sm" c="dimmed">
        {isNew ? words.thread.installHint : words.thread.noneHint}
      </Text>
      {isNew && <InstallLink />}
      {hasSome && (
        <Text size="sm" c="dimmed" className="nothing-keys">
          <Kbd>j</Kbd> <Kbd>k</Kbd> {words.thread.hintMove} <Kbd>?</Kbd> {words.thread.hintKeys}
        </Text>
      )}
    </div>
  )
}
