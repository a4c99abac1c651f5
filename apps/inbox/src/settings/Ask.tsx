import { Button, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { settingsWords as words } from '../words/settings-en.ts'

export interface AskProps {
  readonly question: string
  readonly yes: string
  readonly isBusy: boolean
  readonly onYes: () => void
  readonly onNo: () => void
}

/** Asks once more before something is done that cannot be taken back. Escape is a no. */
export function Ask({ question, yes, isBusy, onYes, onNo }: AskProps) {
  const no = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    no.current?.focus()
  }, [])
  return (
    <div
      className="settings-ask"
      role="alertdialog"
      aria-label={question}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onNo()
      }}
    >
      <Text size="sm">{question}</Text>
      <Button size="xs" color="red" loading={isBusy} onClick={onYes}>
        {yes}
      </Button>
      <Button ref={no} size="xs" variant="default" onClick={onNo}>
        {words.cancel}
      </Button>
    </div>
  )
}
