import type { Typist } from '@helvino/client'
import { Text } from '@mantine/core'
import { typingText } from './typing-text.ts'
import { words } from './words/en.ts'

interface HappeningProps {
  readonly typists: readonly Typist[]
  /** The team has said something since the draft was begun. */
  readonly isOvertaken: boolean
}

/** What goes on in a thread beside its messages. The line keeps its place, so that nothing moves when somebody begins to write. */
export function Happening({ typists, isOvertaken }: HappeningProps) {
  return (
    <div className="happening" role="status">
      {isOvertaken && (
        <Text size="xs" className="overtaken">
          {words.happening.overtaken}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {typingText(typists)}
      </Text>
    </div>
  )
}
