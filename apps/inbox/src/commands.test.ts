import { describe, expect, it } from 'vitest'
import { matchingCommands, mostCommands } from './commands.ts'

const commands = ['Write a reply', 'Assign to me', 'Assign to Bob'].map((name) => ({ id: name, name, run: () => {} }))

describe('matchingCommands', () => {
  it('[DI20] finds commands that hold each word, whatever the case, and no more than are read', () => {
    expect(matchingCommands(commands, 'ASSIGN me').map(({ name }) => name)).toEqual(['Assign to me'])
    expect(matchingCommands(commands, '')).toHaveLength(3)
    expect(matchingCommands(commands, 'nothing')).toEqual([])
    expect(
      matchingCommands(
        Array.from({ length: 30 }, () => commands[0]!),
        '',
      ),
    ).toHaveLength(mostCommands)
  })
})
