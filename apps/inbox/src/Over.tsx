import { Drawer, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { words } from './words/en.ts'

interface OverProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  /** A sheet comes in from the side. */
  readonly shape?: 'window' | 'sheet'
  readonly size?: string
  readonly children: ReactNode
}

/**
 * What lies over the page. Put together from the library's parts, since its own head is a landmark, of which a page has one. The page itself
 * never scrolls: there is nothing to lock.
 */
export function Over({ isOpen, onClose, title, shape = 'window', size = 'md', children }: OverProps) {
  const terms = { opened: isOpen, onClose, size, lockScroll: false } as const
  const head = (name: ReactNode, close: ReactNode) => (
    <div className="over-head">
      {name}
      {close}
    </div>
  )
  if (shape === 'sheet')
    return (
      <Drawer.Root {...terms} position="right">
        <Drawer.Overlay />
        <Drawer.Content>
          {head(<Drawer.Title>{title}</Drawer.Title>, <Drawer.CloseButton aria-label={words.close} />)}
          <Drawer.Body>{children}</Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    )
  return (
    <Modal.Root {...terms}>
      <Modal.Overlay />
      <Modal.Content>
        {head(<Modal.Title>{title}</Modal.Title>, <Modal.CloseButton aria-label={words.close} />)}
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
