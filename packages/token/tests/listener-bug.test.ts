import { SimClock, SimRandom } from '@helvino/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TokenRenewer } from '../src/core.ts'

// The runner fails every test that leaves an unhandled rejection: here one is what is looked for.
const runners = process.listeners('unhandledRejection')
const reported: unknown[] = []
const report = (reason: unknown) => void reported.push(reason)

beforeEach(() => {
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', report)
})
afterEach(() => {
  process.off('unhandledRejection', report)
  for (const listener of runners) process.on('unhandledRejection', listener)
})

it('[TK24] a listener that throws is reported, and stops nothing', async () => {
  const clock = new SimClock()
  const renewer = new TokenRenewer({
    ...{ clock, random: new SimRandom(1) },
    fetchToken: () =>
      Promise.resolve({
        kind: 'issued',
        token: 't1',
        issuerNowMs: clock.nowMs(),
        expiresAtMs: clock.nowMs() + 300_000,
      }),
  })
  const bug = new Error('listener bug')
  const heard: string[] = []
  renewer.subscribe(() => {
    throw bug
  })
  renewer.subscribe(({ type }) => heard.push(type))
  expect(await renewer.validToken()).toBe('t1')
  expect(heard).toEqual(['renewing', 'renewed'])
  // Told of once the task that ran the listener is over.
  await new Promise((resolve) => setImmediate(resolve))
  expect(reported).toEqual([bug, bug])
})
