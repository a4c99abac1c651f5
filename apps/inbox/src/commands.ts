/** Something that can be done from the palette. */
export interface Command {
  readonly id: string
  readonly name: string
  /** The shortcut that does the same. */
  readonly key?: string
  readonly run: () => void
}

/** As many as are read through before a letter is typed. */
export const mostCommands = 12

/** The commands that hold every word of `text`, whatever its case. */
export function matchingCommands(commands: readonly Command[], text: string): readonly Command[] {
  const asked = text.toLowerCase().split(/\s+/)
  return commands.filter(({ name }) => asked.every((word) => name.toLowerCase().includes(word))).slice(0, mostCommands)
}
