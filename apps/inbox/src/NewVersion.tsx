import { Button, Group, Text } from '@mantine/core'
import { words } from './words/en.ts'

/** The server has a newer inbox than this page, which goes on working. */
export function NewVersion({ onReload }: { readonly onReload: () => void }) {
  return (
    <Group className="notice" role="status" data-kind="outdated" gap="sm">
      <Text size="sm">{words.newVersion}</Text>
      <Button size="compact-sm" fz="xs" variant="default" onClick={onReload}>
        {words.reload}
      </Button>
    </Group>
  )
}
