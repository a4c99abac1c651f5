import { Text } from '@mantine/core'
import type { Notice } from './notice.ts'
import { words } from './words/en.ts'

function textOf(notice: Notice): string {
  switch (notice.kind) {
    case 'connecting':
      return words.connection.connecting
    case 'offline':
      return words.connection.offline
    case 'denied':
      return words.connection.denied(notice.code)
  }
}

/** One line under the top bar. The element stays, so that a screen reader hears its text change. */
export function ConnectionNotice({ notice }: { readonly notice: Notice | undefined }) {
  return (
    <div className="notice" role="status" data-kind={notice?.kind ?? 'none'}>
      {notice && <Text size="sm">{textOf(notice)}</Text>}
    </div>
  )
}
