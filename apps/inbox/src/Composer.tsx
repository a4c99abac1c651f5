import type { EnqueueResult } from '@helvino/client'
import { Button, Group, Text, Textarea } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { still } from './still.ts'
import { words } from './words/en.ts'

interface ComposerProps {
  readonly text: string
  /** Makes the text from what it is at that moment. */
  readonly onChange: (change: (text: string) => string) => void
  /** Somebody types: called for each change by hand that leaves a text. */
  readonly onWrite: () => void
  readonly onSend: (text: string) => Promise<EnqueueResult>
  readonly hint: string | undefined
}

function problemOf(result: EnqueueResult, text: string): string | undefined {
  switch (result.kind) {
    case 'queued':
    case 'empty':
      return undefined
    case 'too-long':
      return words.composer.tooLong(text.trim().length)
    case 'full':
      return words.composer.full(result.maxEntries)
  }
}

/** Enter sends, Shift+Enter starts a new line. A text that could not be taken stays where it is. */
export const Composer = still(function Composer({ text, onChange, onWrite, onSend, hint }: ComposerProps) {
  const [problem, setProblem] = useState<string>()
  const isSending = useRef(false)
  const isNarrow = useMediaQuery('(max-width: 48em)')
  const isEmpty = text.trim() === ''

  async function send() {
    if (isSending.current) return
    isSending.current = true
    const result = await onSend(text)
    isSending.current = false
    setProblem(problemOf(result, text))
    // What was typed on while the message was being kept stays.
    if (result.kind === 'queued')
      onChange((current) => (current.startsWith(text) ? current.slice(text.length) : current))
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) void send()
      }}
    >
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Textarea
          className="composer-text"
          aria-label={words.composer.label}
          placeholder={isNarrow ? words.composer.shortPlaceholder : words.composer.placeholder}
          autosize
          minRows={1}
          maxRows={8}
          error={problem}
          value={text}
          onChange={(event) => {
            const { value } = event.currentTarget
            onChange(() => value)
            if (value.trim() !== '') onWrite()
            setProblem(undefined)
          }}
          onKeyDown={(event) => {
            // Enter that ends a composition (Japanese, Chinese, accents) chooses a word, and sends nothing.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
        <Button type="submit" disabled={isEmpty}>
          {words.composer.send}
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
