import { Kbd } from '@mantine/core'
import { Over } from './Over.tsx'
import { words } from './words/en.ts'

interface KeysHelpProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function KeysHelp({ isOpen, onClose }: KeysHelpProps) {
  return (
    <Over isOpen={isOpen} onClose={onClose} title={words.keys.title}>
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
    </Over>
  )
}
