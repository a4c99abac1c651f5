import { Kbd, Modal } from '@mantine/core'
import { words } from './words/en.ts'

interface KeysHelpProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function KeysHelp({ isOpen, onClose }: KeysHelpProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={words.keys.title}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': words.replies.close }}
    >
      <dl className="keys">
        {words.keys.all.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
