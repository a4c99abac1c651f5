import type { RefusalCode } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTestLimits } from '../../tests/test-limits.ts'
import { unavailableReason } from '../store/sqlite/unavailable-reason.ts'
import { addFigures, createFigures } from './figures.ts'
import { createHttpServer } from './http-server.ts'

function rig() {
  const clock = new SimClock()
  const lines: string[] = []
  let code: RefusalCode = 'token_invalid'
  const figures = createFigures(clock, (fields) => {
    app.log.info({ event: 'refused', ...fields })
  })
  const app = createHttpServer({
    ...openTestLimits(clock, new SimRandom(1)),
    ...figures,
    authenticate: () => Promise.resolve({ kind: 'refused', code }),
    ...{ isUpgrade: () => false, unavailableReason, random: new SimRandom(1), clock, publicUrl: undefined },
    ...{ ownOrigins: () => [], agents: { findSession: () => Promise.resolve({ kind: 'none' }) } },
    log: { level: 'info', clock, stream: { write: (line) => void lines.push(line) } },
  })
  let sockets = 0
  const sources = {
    socketCount: () => sockets,
    budgetShare: () => 0.5,
    writesCommitted: () => 7,
    groupsCommitted: () => 3,
  }
  addFigures(app, figures, { kind: 'local' }, clock, sources)
  onTestFinished(() => app.close())
  return {
    ...{ app, clock, answers: figures.answers },
    told: () => lines.map((line) => JSON.parse(line) as { event: string; codes: object }),
    metrics: async () => (await app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body.split('\n'),
    refuseWith: (next: RefusalCode) => (code = next),
    setSockets: (count: number) => (sockets = count),
  }
}

const url = '/api/agent/session-health'

describe('the figures of the server', () => {
  it('[MX7] count answers and refusals, and tell what is open and what was written, as they are when they are read', async () => {
    const { app, answers, metrics, setSockets } = rig()
    for (let tries = 0; tries < 2; tries += 1) await app.inject({ url })
    await app.inject({ url: '/nowhere' })
    answers.count(200, undefined)
    // It reaches no route.
    await app.inject({ url: '/%zz' })
    setSockets(5)
    expect(await metrics()).toEqual(
      expect.arrayContaining([
        'helvino_answers_total{status="200"} 1',
        'helvino_answers_total{status="401"} 2',
        'helvino_answers_total{status="404"} 1',
        'helvino_refusals_total{code="token_invalid"} 2',
        'helvino_refusals_total{code="not_found"} 1',
        'helvino_refusals_total{code="request_invalid"} 1',
        'helvino_refusals_total{code="storage_full"} 0',
        'helvino_sockets 5',
        'helvino_budget_share 0.5',
        'helvino_writes_total 7',
        'helvino_commits_total 3',
      ]),
    )
    setSockets(4)
    // What was read before is an answer, too.
    expect(await metrics()).toEqual(
      expect.arrayContaining(['helvino_answers_total{status="200"} 2', 'helvino_sockets 4', 'helvino_writes_total 7']),
    )
  })

  it('[MX8] a line a minute tells how often what nobody sends by accident was refused, and none tells of what is daily life', async () => {
    const { app, clock, refuseWith, told } = rig()
    for (let tries = 0; tries < 3; tries += 1) await app.inject({ url })
    refuseWith('rate_limited')
    await app.inject({ url })
    refuseWith('token_expired')
    await app.inject({ url })
    await clock.advance(59_000)
    expect(told()).toEqual([])
    await clock.advance(1_000)
    expect(told()).toMatchObject([{ event: 'refused', codes: { token_invalid: 3, rate_limited: 1 } }])
    expect(told()[0]?.codes).not.toHaveProperty('token_expired')
    await clock.advance(600_000)
    expect(told()).toHaveLength(1)
    refuseWith('token_invalid')
    await app.inject({ url })
    await clock.advance(60_000)
    expect(told()[1]?.codes).toEqual({ token_invalid: 1 })
    await app.inject({ url })
    await app.close()
    expect(told()[2]?.codes).toEqual({ token_invalid: 1 })
  })
})
