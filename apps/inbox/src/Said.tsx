import { textParts } from '@helvino/client'

const hrefOf = (address: string) => (URL.canParse(address) ? new URL(address).href : undefined)

/** What was written, as text: of what is in it only an address leads anywhere. */
export function Said({ text }: { readonly text: string }) {
  return textParts(text, hrefOf).map((part, index) =>
    part.href === undefined ? (
      part.text
    ) : (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
        {part.text}
      </a>
    ),
  )
}
