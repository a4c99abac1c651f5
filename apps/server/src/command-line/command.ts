import type { ServerConfig } from '../config.ts'
import type { ServerWorld } from '../server.ts'

/** The outside world of a command. `out` is for what was asked for. */
export interface CommandWorld extends ServerWorld {
  /** All of the standard input, as text. */
  readInput(): Promise<string>
  /** Resolves when the process is asked to stop. Until it is called, being asked ends the process at once. */
  stopAsked(): Promise<void>
}

interface CommandOption {
  /** What stands for its value in the usage; without it the option is a switch. */
  readonly value?: string
  readonly meaning: string
}

/** What was written behind the name of a command. */
export interface Given {
  readonly operands: readonly string[]
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
}

export type CommandResult =
  | { readonly kind: 'done' }
  /** One plain sentence for the operator, where what was printed does not say it already. */
  | { readonly kind: 'failed'; readonly message?: string }

export interface Command {
  readonly name: string
  /** Completes "Helvino could not …". */
  readonly does: string
  /** One line for the list of commands. */
  readonly summary: string
  /** More of it, for its own help. */
  readonly about: readonly string[]
  /** What has to follow the name, as the usage calls it. */
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, CommandOption>>
  run(world: CommandWorld, config: ServerConfig, given: Given): Promise<CommandResult>
  /** Where a setting makes no sense: `problem` says which. Without it the command ends with that sentence. */
  runMisconfigured?(world: CommandWorld, problem: string, given: Given): Promise<CommandResult>
}
