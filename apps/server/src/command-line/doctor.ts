import { versions } from 'node:process'
import { examine } from '../doctor/examine.ts'
import { type Finding, wrong } from '../doctor/finding.ts'
import type { Command, CommandResult, CommandWorld, Given } from './command.ts'

const marks = { ok: 'ok', wrong: 'WRONG', skipped: '-' }
const indent = ' '.repeat(22)

function report({ out }: CommandWorld, findings: readonly Finding[], { switches }: Given): CommandResult {
  const wrongs = findings.filter(({ state }) => state === 'wrong')
  if (switches.has('json')) out(JSON.stringify({ ok: wrongs.length === 0, findings }, undefined, 2))
  else {
    for (const { check, state, says, remedy } of findings) {
      out(`${marks[state].padEnd(6)}${check.padEnd(16)}${says}`)
      if (remedy !== undefined) out(`${indent}${remedy}`)
    }
    out(wrongs.length === 0 ? 'Nothing is wrong.' : `Wrong: ${wrongs.length}.`)
  }
  return wrongs.length === 0 ? { kind: 'done' } : { kind: 'failed' }
}

export const doctor: Command = {
  name: 'doctor',
  does: 'look at the deployment',
  summary: 'Says what is wrong with this deployment, and what to do',
  about: [
    'Run it on the machine of the server, as the same user and with the same settings. It changes nothing. With PUBLIC_URL set it',
    'comes back by that address, as a visitor would. Ends with 1 where something is wrong, a server that does not run included.',
  ],
  operands: [],
  options: { json: { meaning: 'prints {"ok", "findings": [{"check", "state", "says", "remedy"}]}' } },
  async run(world, config, given) {
    return report(world, await examine({ config, clock: world.clock, nodeVersion: versions.node }), given)
  },
  async runMisconfigured(world, problem, given) {
    return report(world, [wrong('settings', problem, 'Correct it; nothing else can be looked at before.')], given)
  },
}
