import { Button } from '@mantine/core'
import { routeHash } from './route.ts'
import { words } from './words/en.ts'

/** Where a chat that nobody has written in yet is put on a site. */
export function InstallLink() {
  return (
    <Button component="a" variant="default" size="xs" href={routeHash({ view: 'settings', page: 'installation' })}>
      {words.thread.install}
    </Button>
  )
}
