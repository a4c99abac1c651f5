import { Button, Kbd, Menu } from '@mantine/core'
import type { InboxApi } from './api.ts'
import { Icon } from './Icon.tsx'
import { useAlertSwitches } from './use-alert-switches.ts'
import { words } from './words/en.ts'

interface InboxMenuProps {
  readonly api: InboxApi
  readonly onReplies: () => void
  readonly onPalette: () => void
  readonly onHelp: () => void
}

/** What belongs to the list as a whole: how it makes itself heard, and what helps to work with it. */
export function InboxMenu({ api, onReplies, onPalette, onHelp }: InboxMenuProps) {
  const { hasSound, toggleSound, alerts, toggleAlerts } = useAlertSwitches(api)
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" size="sm" px={8} aria-label={words.menu.label}>
          <Icon name="bell" />
        </Button>
      </Menu.Target>
      <Menu.Dropdown className="floating">
        <Menu.CheckboxItem
          checked={alerts === 'on'}
          disabled={alerts === 'denied' || alerts === 'unsupported'}
          onChange={toggleAlerts}
        >
          {words.menu.alerts[alerts]}
        </Menu.CheckboxItem>
        <Menu.CheckboxItem checked={hasSound} onChange={toggleSound}>
          {words.menu.sound}
        </Menu.CheckboxItem>
        <Menu.Divider />
        <Menu.Item onClick={onReplies}>{words.replies.title}</Menu.Item>
        <Menu.Item onClick={onPalette} rightSection={<Kbd size="xs">{words.keys.mod}+K</Kbd>}>
          {words.palette.title}
        </Menu.Item>
        <Menu.Item onClick={onHelp} rightSection={<Kbd size="xs">?</Kbd>}>
          {words.keys.title}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
