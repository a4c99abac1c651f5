import { SimBrowser } from '@helvino/testkit'
import { TokenRenewer } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { Api } from './api.ts'
import { visitorAudience } from './audience.ts'
import type { ConnectionState } from './connection.ts'
import { type Connect, LateConnection } from './late-connection.ts'

/** What is loaded says when it is opened, closed and hurried; `load` is told by the test. */
function rig() {
  const tab = new SimBrowser({ server: { respond: () => ({ status: 500 }) } }).openTab()
  const { clock, random } = tab.runtime
  const calls: string[] = []
  const states: ConnectionState[] = []
  const attempts: number[] = []
  const server: { load: () => Promise<void> } = { load: () => Promise.resolve() }
  const connect: Connect = (_ports, name) => ({
    open: () => calls.push(`open ${name}`),
    close: () => calls.push('close'),
    hurry: () => calls.push('hurry'),
    noteTyping: (id) => calls.push(`typing ${id}`),
    announce: () => calls.push('announce'),
  })
  const renewer = new TokenRenewer({ clock, random, fetchToken: () => Promise.reject(new Error('not asked here')) })
  const audience = visitorAudience('https://chat.test', { orgKey: 'demo' }, 'v_1')
  const connection = new LateConnection(
    {
      ...{ runtime: tab.runtime, renewer },
      audience,
      isInUse: () => true,
      resumePoints: () => [],
      api: new Api(audience, tab.network, clock, renewer, () => undefined),
      newsPoint: () => undefined,
      onFrame: ({ type }) => calls.push(type),
      onState: (state) => states.push(state),
    },
    'line',
    async (attempt) => {
      attempts.push(attempt)
      await server.load()
      return connect
    },
  )
  return { connection, clock: tab.clock, calls, states, attempts, server }
}

describe('a connection that is loaded late', () => {
  it('[LC1] is loaded when it is first opened, once', async () => {
    const { connection, clock, calls, attempts } = rig()
    connection.hurry()
    await clock.advance(1_000)
    expect(attempts).toEqual([])
    connection.open()
    connection.open()
    await clock.advance(1_000)
    connection.hurry()
    connection.close()
    connection.open()
    expect(attempts).toEqual([0])
    expect(calls).toEqual(['open line', 'hurry', 'close', 'open line'])
  })

  it('[LC2] is loaded again after a failure, visibly and at most 30 s apart, and what is new is asked for at each try', async () => {
    const { connection, clock, calls, states, attempts, server } = rig()
    server.load = () => Promise.reject(new Error('no network'))
    connection.open()
    await clock.advance(3_600_000)
    expect(states.at(-1)).toEqual({ state: 'waiting', attempt: attempts.length })
    expect(attempts.length).toBeGreaterThan(120)
    expect(attempts.length).toBeLessThan(245)
    // Without it what is new is asked for all the same.
    expect(calls).toEqual(attempts.map(() => 'ready'))
    server.load = () => Promise.resolve()
    await clock.advance(300_000)
    expect(calls.at(-1)).toBe('open line')
    expect(clock.pendingTimers).toBe(0)
  })

  it('[LC3] does not open where it was closed in between, and leaves no timer', async () => {
    const { connection, clock, calls, states, attempts, server } = rig()
    let release = () => {}
    server.load = () => new Promise((resolve) => (release = resolve))
    connection.open()
    connection.close()
    release()
    await clock.advance(1_000)
    expect(calls).toEqual([])
    expect(states.at(-1)).toEqual({ state: 'offline' })
    connection.open()
    expect([attempts, calls]).toEqual([[0], ['open line']])
    const failing = rig()
    failing.server.load = () => Promise.reject(new Error('no network'))
    failing.connection.open()
    await failing.clock.advance(100)
    failing.connection.close()
    await failing.clock.advance(600_000)
    expect(failing.attempts).toEqual([0])
    expect(failing.clock.pendingTimers).toBe(0)
  })
})
