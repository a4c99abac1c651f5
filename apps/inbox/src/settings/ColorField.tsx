import { Input, Text, TextInput } from '@mantine/core'
import { useId } from 'react'
import { settingsWords } from '../words/settings-en.ts'
import { hintFor, isColor } from './contrast.ts'

const words = settingsWords.widget

const proposed = ['#2563eb', '#0f766e', '#15803d', '#b45309', '#c2410c', '#be123c', '#7c3aed', '#334155']

export interface ColorFieldProps {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (color: string) => void
}

/** The widget's colour: picked, taken from a few that read well, or typed. Says how well text reads on it. */
export function ColorField({ value, error, onChange }: ColorFieldProps) {
  const id = useId()
  const swatches = useSwatchColors()
  return (
    <Input.Wrapper label={words.color} labelProps={{ htmlFor: id }} error={error} errorProps={{ id: `${id}-error` }}>
      <div className="colors">
        <input
          type="color"
          aria-label={words.colorPick}
          value={isColor(value) ? value.toLowerCase() : '#2563eb'}
          onChange={({ currentTarget }) => {
            onChange(currentTarget.value)
          }}
        />
        <TextInput
          id={id}
          value={value}
          error={error !== undefined}
          aria-describedby={error === undefined ? `${id}-hint` : `${id}-error`}
          w="6.5rem"
          spellCheck={false}
          onChange={({ currentTarget }) => {
            onChange(currentTarget.value)
          }}
        />
        {proposed.map((color) => (
          <button
            key={color}
            ref={swatches}
            type="button"
            className="color-swatch"
            data-color={color}
            aria-label={words.colorSwatch(color)}
            aria-pressed={color === value}
            onClick={() => {
              onChange(color)
            }}
          />
        ))}
      </div>
      {isColor(value) && <ColorHintText id={`${id}-hint`} color={value} />}
    </Input.Wrapper>
  )
}

/** Set on the element itself: the page's policy forbids styles in the markup. */
function useSwatchColors() {
  return (element: HTMLButtonElement | null) => {
    element?.style.setProperty('--color', element.dataset['color'] ?? '')
  }
}

function ColorHintText({ id, color }: { readonly id: string; readonly color: string }) {
  const { ratio, isReadable, faintOn } = hintFor(color)
  // Rounded down, so that what falls short never looks enough.
  const text = (Math.floor(ratio * 10) / 10).toFixed(1)
  return (
    <Text size="xs" mt={6} id={id} role="status" className="color-hint" data-good={isReadable && !faintOn}>
      {isReadable ? words.contrastGood(text) : words.contrastPoor(text)}
      {faintOn && ` ${faintOn === 'light' ? words.faintOnLight : words.faintOnDark}`}
    </Text>
  )
}
