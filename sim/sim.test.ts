import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelBreak } from './store-model.ts'
import { setTrap } from './trap.ts'
import { runWorld } from './world.ts'

// The last eleven each found a bug once.
const fixedSeeds = [
  '1',
  '2',
  '3',
  '7',
  '42',
  'c81',
  'c144',
  'c178',
  'c238',
  'c307',
  'c446',
  'f334',
  '00787f6b-11',
  '6c73be08-213',
]
const freshSeeds = Array.from({ length: 12 }, () => uuid(systemRandom).slice(0, 8))

describe('a simulated world', () => {
  let release = () => undefined as void
  beforeEach(() => {
    release = setTrap()
  })
  afterEach(() => {
    release()
  })

  it.for(fixedSeeds)('[SIM1] keeps every invariant, seed %s', async (seed) => {
    expect((await runWorld({ seed })).violations).toEqual([])
  })

  it.for(freshSeeds)('[SIM1] keeps every invariant, fresh seed %s', async (seed) => {
    expect((await runWorld({ seed })).violations).toEqual([])
  })

  it('[SIM2] is the same twice from the same seed, and another from another', async () => {
    for (const seed of fixedSeeds.slice(0, 3)) {
      const [first, second] = [await runWorld({ seed }), await runWorld({ seed })]
      expect(second.hash).toBe(first.hash)
      expect(second.counts).toEqual(first.counts)
    }
    expect((await runWorld({ seed: 'a' })).hash).not.toBe((await runWorld({ seed: 'b' })).hash)
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
      const { violations } = await runWorld({ seed, breaks: [broken], chaosMs: 120_000, quietMs: 30_000 })
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
