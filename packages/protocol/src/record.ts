/** The first step of every decoder: an object that is no array, or `undefined`. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined

/** The value where it is a string; otherwise `undefined`. */
export const asString = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Decodes each item; one that cannot be decoded makes the whole list undecodable. */
export function decodeList<Item>(value: unknown, decode: (item: unknown) => Item | undefined): Item[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: Item[] = []
  for (const raw of value) {
    const item = decode(raw)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

/** The value as JSON for the wire. What an old library of the page has taught every list to say of itself (`toJSON`) is not asked. */
export const jsonText = (value: object): string =>
  JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name) {
    return this[name]
  })

/** Parses JSON from the wire; text that is no JSON gives `undefined`, which no decoder accepts. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Malformed text is an answer like any other malformed answer: the decoder that gets `undefined` refuses it.
    return undefined
  }
}
