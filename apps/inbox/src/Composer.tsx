import { Button, Group, Text, Textarea } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { KeyboardEvent, RefObject } from 'react'
import type { Mode } from './mode.ts'
import { still } from './still.ts'
import { words } from './words/en.ts'

interface ComposerProps {
  readonly mode: Mode
  readonly text: string
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Makes the text from what it is at that moment. */
  readonly onChange: (change: (text: string) => string) => void
  readonly onSend: () => void
  /** True where the key was for somebody else. */
  readonly takeKey: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean
  /** What the text could not be sent for. */
  readonly problem: string | undefined
  readonly hint: string | undefined
  readonly isBusy: boolean
  /** Of the list that the text opens, and of the option in it that Enter takes; `undefined` while there is none. */
  readonly listId: string | undefined
  readonly activeId: string | undefined
}

/** Enter sends, Shift+Enter starts a new line. A text that could not be taken stays where it is. */
export const Composer = still(function Composer(props: ComposerProps) {
  const { mode, text, field, onChange, onSend, takeKey, problem, hint, isBusy, listId, activeId } = props
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const isEmpty = text.trim() === ''
  const { label, placeholder, shortPlaceholder, send } = words.composer[mode]

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) onSend()
      }}
    >
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Textarea
          ref={field}
          className="composer-text"
          aria-label={label}
          dir="auto"
          aria-haspopup={mode === 'reply' ? 'listbox' : undefined}
          aria-controls={listId}
          aria-activedescendant={activeId}
          placeholder={isNarrow ? shortPlaceholder : placeholder}
          autosize
          minRows={1}
          maxRows={8}
          error={problem}
          value={text}
          onChange={(event) => {
            const { value } = event.currentTarget
            onChange(() => value)
          }}
          onKeyDown={(event) => {
            if (takeKey(event)) return
            // Enter that ends a composition (Japanese, Chinese, accents) chooses a word, and sends nothing.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
        <Button type="submit" disabled={isEmpty} loading={isBusy} className="composer-send">
          {send}
        </Button>
      </Group>
      {hint !== undefined && (
        <Text size="xs" c="dimmed" pt={4}>
          {hint}
        </Text>
      )}
    </form>
  )
})
