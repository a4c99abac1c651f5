import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { corpus } from '../corpus.ts'
import { loadServerMutant } from '../command/run-mutants.ts'
import { serverMutants } from '../mutants/server-mutants.ts'
import { setTrap } from '../trap.ts'
import { runChatWorld } from './chat-world.ts'

const freshSeeds = Array.from({ length: 12 }, () => uuid(systemRandom).slice(0, 8))

// Worlds of two hours: on a busy machine one takes a while.
describe('a simulated world', { timeout: 60_000 }, () => {
  let release = () => undefined as void
  beforeEach(() => {
    release = setTrap()
  })
  afterEach(() => {
    release()
  })

  it.for(corpus.chat)('[SIM1] keeps every invariant, seed %s', async (seed) => {
    expect((await runChatWorld({ seed })).violations).toEqual([])
  })

  it.for(freshSeeds)('[SIM1] keeps every invariant, fresh seed %s', async (seed) => {
    expect((await runChatWorld({ seed })).violations).toEqual([])
  })

  it('[SIM2] is the same twice from the same seed, and another from another', async () => {
    for (const seed of corpus.chat.slice(0, 3)) {
      const [first, second] = [await runChatWorld({ seed }), await runChatWorld({ seed })]
      expect(second.hash).toBe(first.hash)
      expect(second.counts).toEqual(first.counts)
    }
    expect((await runChatWorld({ seed: 'a' })).hash).not.toBe((await runChatWorld({ seed: 'b' })).hash)
  })

  it('[SIM11] is the same where ten times as many turns of the promise queue count as rest', async () => {
    for (const seed of corpus.chat.slice(0, 2))
      expect((await runChatWorld({ seed, quietTurns: 240 })).hash).toBe((await runChatWorld({ seed })).hash)
  })

  const quickly: [string, string][] = [
    ['a message that is known is stored again', 'I3'],
    ['a sequence is left out now and then', 'I13'],
    ['a message is answered before its commit', 'I3'],
    ['the last missed message is not replayed', 'I13'],
    ['an organisation that is off goes on', 'I11'],
  ]
  it.for(quickly)('[SIM3] notices a server in which %s, as %s', async ([name, rule]) => {
    const mutant = serverMutants.find((each) => each.name === name)
    if (!mutant) throw new Error(`no mutant is named "${name}"`)
    release()
    const server = await loadServerMutant(mutant)
    release = setTrap()
    // Not every world gives a fault the chance to show.
    for (let n = 0; n < 60; n += 1) {
      const { violations } = await runChatWorld({ seed: `mutant ${n}`, server })
      if (violations.some((violation) => violation.startsWith(`${rule}:`))) return
    }
    expect.fail(`no world in which "${name}" showed as ${rule}`)
  })

  const ambient = ['Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'setTimeout', 'fetch']
  it.for(ambient)('[SIM4] throws where it reaches for the ambient %s', (path) => {
    const reach = path
      .split('.')
      .reduce((owner: unknown, name) => Reflect.get(Object(owner) as object, name) as unknown, globalThis)
    expect(reach).toThrow(`${path} was reached from inside`)
  })

  it('[SIM4] throws where it makes a date without saying which, and makes the others', () => {
    expect(() => Reflect.construct(Date, []) as unknown).toThrow('new Date()')
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
  })
})
