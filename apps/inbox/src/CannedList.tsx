import type { Canned } from './use-canned.ts'
import { words } from './words/en.ts'

interface CannedListProps {
  readonly canned: Canned
  /** Of the element; each option has it with its index behind. */
  readonly id: string
}

/** Saved replies above the text. The text keeps the focus; a pointer may choose too. */
export function CannedList({ canned, id }: CannedListProps) {
  const { matches, missed, active, choose } = canned
  if (missed !== undefined)
    return (
      <p className="canned" role="status">
        {words.replies.missed(missed)}
      </p>
    )
  if (matches.length === 0) return null
  return (
    <ul className="canned" id={id} role="listbox" aria-label={words.replies.title}>
      {matches.map((reply, index) => (
        <li
          key={reply.id}
          id={`${id}-${String(index)}`}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => {
            event.preventDefault()
            choose(reply)
          }}
        >
          <code>/{reply.shortcut}</code>
          <span dir="auto">{reply.content}</span>
        </li>
      ))}
    </ul>
  )
}
