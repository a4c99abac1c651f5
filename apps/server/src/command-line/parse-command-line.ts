import { parseArgs } from 'node:util'
import type { Command, Given } from './command.ts'

export type CommandLine =
  | { readonly kind: 'run'; readonly command: Command; readonly given: Given }
  | { readonly kind: 'help'; readonly lines: readonly string[] }
  /** One plain sentence. It repeats no operand: somebody may have put a password there. */
  | { readonly kind: 'misused'; readonly message: string }

const exitCodes = 'Ends with 0 where it did what it was asked, 1 where it could not, 2 where it was not asked rightly.'

const columns = (left: string, right: string): string => `  ${left.padEnd(22)}${right}`

function listCommands(commands: readonly Command[]): readonly string[] {
  return [
    'Usage: helvino COMMAND [arguments]',
    '',
    ...commands.map(({ name, operands, summary }) => columns([name, ...operands].join(' '), summary)),
    '',
    'helvino COMMAND --help says more of one. Settings are environment variables; the README lists them.',
    exitCodes,
  ]
}

const usageOf = ({ name, operands, options }: Command): string =>
  ['helvino', name, ...(Object.keys(options).length > 0 ? ['[options]'] : []), ...operands].join(' ')

function helpOf(command: Command): readonly string[] {
  const options = Object.entries(command.options).map(([name, { value, meaning }]) =>
    columns(value === undefined ? `--${name}` : `--${name} ${value}`, meaning),
  )
  return [
    `Usage: ${usageOf(command)}`,
    '',
    `${command.summary}.`,
    ...command.about,
    ...(options.length > 0 ? ['', ...options] : []),
    '',
    exitCodes,
  ]
}

/** Node explains at length what is wrong; its first sentence is enough. */
const firstSentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split(/\.(?:\s|$)/)[0] ?? ''

function parseGiven(command: Command, args: readonly string[]): Given | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(
        Object.entries(command.options).map(([name, { value }]) => [
          name,
          { type: value === undefined ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    },
  })
  if (values.help === true) return 'help'
  const entries = Object.entries<unknown>(values)
  return {
    operands: positionals,
    switches: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
    values: new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))),
  }
}

/** `args` is what follows the name of the program. */
export function parseCommandLine(commands: readonly Command[], args: readonly string[]): CommandLine {
  const [name, ...rest] = args
  if (name === undefined || ['--help', '-h', 'help'].includes(name))
    return { kind: 'help', lines: listCommands(commands) }
  const command = commands.find((each) => each.name === name)
  if (!command)
    return {
      kind: 'misused',
      message: `There is no such command; the commands are ${commands.map((each) => each.name).join(', ')}.`,
    }
  try {
    const given = parseGiven(command, rest)
    if (given === 'help') return { kind: 'help', lines: helpOf(command) }
    if (given.operands.length !== command.operands.length)
      return { kind: 'misused', message: `Write it as: ${usageOf(command)}` }
    return { kind: 'run', command, given }
  } catch (error) {
    return { kind: 'misused', message: `${firstSentence(error)}; write it as: ${usageOf(command)}` }
  }
}
