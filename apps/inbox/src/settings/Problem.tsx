import type { CallResult } from '@helvino/client'
import { Alert } from '@mantine/core'
import { settingsWords as words } from '../words/settings-en.ts'

/** In plain words why a call has failed; `undefined` where it has not. */
export function problemOf(result: CallResult<unknown> | undefined): string | undefined {
  if (result?.kind === 'refused') return words.refused(result.code)
  return result?.kind === 'unreachable' ? words.failed : undefined
}

/** What did not work, read out as it appears. */
export function Problem({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null
  return (
    <Alert color="red" role="alert">
      {text}
    </Alert>
  )
}
