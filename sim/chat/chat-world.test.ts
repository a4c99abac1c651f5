import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { corpus } from '../corpus.ts'
import type { ModelBreak } from './store-model.ts'
import { setTrap } from '../trap.ts'
import { runChatWorld } from './chat-world.ts'

const freshSeeds = Array.from({ length: 12 }, () => uuid(systemRandom).slice(0, 8))

describe('a simulated world', () => {
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

  const breaks: [ModelBreak, string][] = [
    ['no-dedupe', 'I1'],
    ['lost-commit', 'I1'],
    ['reorder', 'I2'],
    ['sequence-gap', 'I2'],
    ['no-replay', 'I13'],
  ]
  it.for(breaks)('[SIM3] notices a server that is broken: %s breaks %s', async ([broken, rule]) => {
    // Not every world gives a break the chance to show.
    for (let n = 0; n < 100; n += 1) {
      const seed = `break ${n}`
      const { violations } = await runChatWorld({ seed, breaks: [broken], chaosMs: 120_000, quietMs: 30_000 })
      if (violations.some((violation) => violation.startsWith(`${rule}:`))) return
    }
    expect.fail(`no world in which ${broken} showed as ${rule}`)
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
