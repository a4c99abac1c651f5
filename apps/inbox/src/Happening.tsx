import type { Typist } from '@helvino/client'
import { Text } from '@mantine/core'
import { typingText } from './typing-text.ts'
import { words } from './words/en.ts'

interface HappeningProps {
  readonly typists: readonly Typist[]
  /** Who of the team has answered since the draft was begun; `undefined`: nobody. */
  readonly overtakenBy: string | undefined
}

/** What goes on in a thread beside its messages. The line keeps its place, so that nothing moves when somebody begins to write. */
export function Happening({ typists, overtakenBy }: HappeningProps) {
  return (
    <div className="happening" role="status">
      {overtakenBy !== undefined && (
        <Text size="xs" className="overtaken">
          {words.happening.overtaken(overtakenBy)}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {typingText(typists)}
      </Text>
    </div>
  )
}
