/** A piece of a text: what is said, and where it leads where it is a link. */
export interface TextPart {
  readonly text: string
  readonly href?: string
}

// No two of its parts can match the same character in different ways, so that a long text takes no longer than its length.
const address = /(?:https?:\/\/|mailto:)[^\s<>"]+/gi
const closing = ".,;:!?'’”»*_"

/** Where an address ends that stands in a sentence: before its full stop, and before a bracket that was opened outside of it. */
function endOf(found: string): number {
  let end = found.length
  let opened = 0
  for (const character of found) opened += character === '(' ? 1 : character === ')' ? -1 : 0
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1)
    const isForeign = last === ')' && opened < 0
    if (isForeign) opened += 1
    else if (!closing.includes(last)) break
  }
  return end
}

/**
 * Splits a text at its addresses (`http:`, `https:`, `mailto:`). The parts together are the text. `hrefOf` is the platform's own reading of an
 * address; what it says `undefined` to stays text.
 */
export function textParts(text: string, hrefOf: (address: string) => string | undefined): readonly TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    const shown = found.slice(0, endOf(found))
    const href = hrefOf(shown)
    if (href === undefined) continue
    if (index > from) parts.push({ text: text.slice(from, index) })
    parts.push({ text: shown, href })
    from = index + shown.length
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}
