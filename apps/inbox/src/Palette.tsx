import { Kbd, Modal, Text, TextInput } from '@mantine/core'
import { type KeyboardEvent, useId, useState } from 'react'
import { type Command, matchingCommands } from './commands.ts'
import { Icon } from './Icon.tsx'
import { words } from './words/en.ts'

interface PaletteProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly commands: readonly Command[]
  /** Looks for the text in all conversations. */
  readonly onSearch: (text: string) => void
}

/** Everything that can be done, by its name. */
export function Palette({ isOpen, onClose, commands, onSearch }: PaletteProps) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size="lg"
      yOffset="12vh"
      lockScroll={false}
      // The command decides where the focus goes.
      returnFocus={false}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={words.palette.title}>
        <Choice commands={commands} onClose={onClose} onSearch={onSearch} />
      </Modal.Content>
    </Modal.Root>
  )
}

function Choice({ commands, onClose, onSearch }: Omit<PaletteProps, 'isOpen'>) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const listId = useId()
  const search: Command = {
    id: 'search',
    name: words.palette.search(text.trim()),
    run: () => {
      onSearch(text.trim())
    },
  }
  const shown = [...matchingCommands(commands, text.trim()), ...(text.trim() === '' ? [] : [search])]

  function run(command: Command | undefined) {
    if (!command) return
    onClose()
    command.run()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setActive((active + step + shown.length) % Math.max(1, shown.length))
    else if (event.key === 'Enter') run(shown[active])
    else return
    event.preventDefault()
  }

  return (
    <div className="palette">
      <TextInput
        size="md"
        variant="unstyled"
        data-autofocus
        aria-label={words.palette.label}
        placeholder={words.palette.label}
        leftSection={<Icon name="search" />}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={shown[active] && `${listId}-${String(active)}`}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label={words.palette.title}>
        {shown.map((command, index) => (
          <li
            key={command.id}
            id={`${listId}-${String(index)}`}
            role="option"
            aria-selected={index === active}
            onClick={() => {
              run(command)
            }}
          >
            <Text size="sm" truncate>
              {command.name}
            </Text>
            {command.key !== undefined && <Kbd size="xs">{command.key}</Kbd>}
          </li>
        ))}
      </ul>
    </div>
  )
}
