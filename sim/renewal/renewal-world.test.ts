import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadEngineMutant, mutantSource } from '../command/run-mutants.ts'
import { corpus } from '../corpus.ts'
import { mutate } from '../mutants/mutant.ts'
import { mutants } from '../mutants/mutants.ts'
import { outboxMutants } from '../mutants/outbox-mutants.ts'
import { serverMutants } from '../mutants/server-mutants.ts'
import { Tally } from '../tally.ts'
import { setTrap } from '../trap.ts'
import { renewalSometimes } from './renewal-faults.ts'
import { runRenewalWorld } from './renewal-world.ts'

const freshSeeds = Array.from({ length: 20 }, () => uuid(systemRandom).slice(0, 8))

describe('a simulated world of renewers', () => {
  let release = () => undefined as void
  beforeEach(() => {
    release = setTrap()
  })
  afterEach(() => {
    release()
  })

  it.for(corpus.renewal)('[SIM5] keeps every invariant, seed %s', async (seed) => {
    expect((await runRenewalWorld({ seed })).violations).toEqual([])
  })

  it.for(freshSeeds)('[SIM5] keeps every invariant, fresh seed %s', async (seed) => {
    expect((await runRenewalWorld({ seed })).violations).toEqual([])
  })

  it('[SIM6] is the same twice from the same seed, and another from another', async () => {
    const [first, second] = [await runRenewalWorld({ seed: 'a' }), await runRenewalWorld({ seed: 'a' })]
    expect(second.hash).toBe(first.hash)
    expect(second.counts).toEqual(first.counts)
    expect((await runRenewalWorld({ seed: 'b' })).hash).not.toBe(first.hash)
  })

  it('[SIM7] is the same where ten times as many turns of the promise queue count as rest', async () => {
    for (const seed of corpus.renewal.slice(0, 3))
      expect((await runRenewalWorld({ seed, quietTurns: 240 })).hash).toBe((await runRenewalWorld({ seed })).hash)
  })

  const quickly = ['no lock between the tabs', 'one ms too many', 'Retry-After is ignored']
  it.for(mutants.filter(({ name }) => quickly.includes(name)))(
    '[SIM8] notices an engine in which $name',
    async (mutant) => {
      release()
      const engine = await loadEngineMutant(mutant)
      release = setTrap()
      for (let n = 0; n < 300; n++)
        if ((await runRenewalWorld({ seed: `mutant ${n}`, engine })).violations.length > 0) return
      expect.fail(`300 worlds, and none noticed that ${mutant.name}`)
    },
  )

  it('[SIM9] refuses a mutant whose text does not stand there exactly once', () => {
    const mutant = { name: 'any', file: 'any.ts', find: 'one', replace: 'two' }
    expect(mutate('one', mutant)).toBe('two')
    expect(() => mutate('none', { ...mutant, find: 'three' })).toThrow('stands 0 times')
    expect(() => mutate('one, one', mutant)).toThrow('stands 2 times')
  })

  it.for(mutants)('[SIM9] finds the place for its mutant: $name', (mutant) => {
    expect(() => mutantSource(mutant, 'token')).not.toThrow()
  })

  it.for(outboxMutants)('[SIM9] finds the place for its mutant of the outbox: $name', (mutant) => {
    expect(() => mutantSource(mutant, 'client')).not.toThrow()
  })

  it.for(serverMutants)('[SIM9] finds the place for its mutant of the server: $name', (mutant) => {
    expect(() => mutantSource(mutant, 'server')).not.toThrow()
  })

  it('[SIM10] calls what was seen too seldom a blind spot', () => {
    const tally = new Tally(renewalSometimes)
    for (let world = 0; world < 100; world++) tally.add({ counts: new Map([['fault drop', 1]]) })
    expect(tally.blindSpots).not.toContain('fault drop')
    expect(tally.blindSpots).toContain('fault sleep')
  })
})
