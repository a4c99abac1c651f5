import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Clock } from '@helvino/runtime'
import { settingsWords as words } from '../words/settings-en.ts'

const toldForMs = 3_000

export interface CopiedProps {
  readonly text: string
  /** What it is, for who cannot see it beside the button. */
  readonly name: string
  readonly clock: Clock
}

/** A text as it is, with a button that copies it. */
export function Copied({ text, name, clock }: CopiedProps) {
  const [told, setTold] = useState<'copied' | 'failed'>()
  useEffect(
    () =>
      told &&
      clock.startTimer(toldForMs, () => {
        setTold(undefined)
      }),
    [clock, told],
  )

  // Absent on an insecure page, and refused by some browsers: the text can still be marked and copied by hand.
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setTold('copied')
    } catch {
      setTold('failed')
    }
  }

  return (
    <div className="copied">
      <pre tabIndex={0} aria-label={name}>
        {text}
      </pre>
      <Button size="xs" variant="default" aria-label={words.copyNamed(name)} onClick={() => void copy()}>
        <span role="status">{told ? (told === 'copied' ? words.copied : words.copyFailed) : words.copy}</span>
      </Button>
    </div>
  )
}
