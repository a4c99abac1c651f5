/** What a fault is built into: the sources of a package or of the server. */
export type MutantPart = 'token' | 'client' | 'server'

/** One fault that is built into a copy of a package, to see that a world notices it. */
export interface Mutant {
  readonly name: string
  /** In the `src` of its package. */
  readonly file: string
  /** Must stand there exactly once. */
  readonly find: string
  readonly replace: string
}

/** Names the faults of one file. */
export const inFile =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace })

/** @throws where the text to be replaced does not stand there exactly once: the mutant would be none, or another one. */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const times = source.split(find).length - 1
  if (times !== 1) throw new Error(`mutant "${name}": its text stands ${times} times in ${file}, not once: ${find}`)
  return source.replace(find, () => replace)
}
