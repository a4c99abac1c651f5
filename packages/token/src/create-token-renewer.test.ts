import { SimBrowser, type SimTab } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createTokenRenewer, type CreateTokenRenewerOptions } from './create-token-renewer.ts'

const browser = () => new SimBrowser({ server: { respond: () => ({ status: 204 }) } })

/** A renewer on the clock and chance of a tab, whose issuer counts its tokens over all of them. */
function rig({ clock, random }: SimTab['runtime'], issued: string[], options: Partial<CreateTokenRenewerOptions> = {}) {
  return createTokenRenewer({
    ...{ clock, random },
    fetchToken: async () => {
      const issuerNowMs = clock.nowMs()
      const token = `t${issued.push('issued')}`
      return { kind: 'issued', token, issuerNowMs, expiresAtMs: issuerNowMs + 300_000 }
    },
    ...options,
  })
}

describe('createTokenRenewer', () => {
  it('[CV8] shares under a name over the locks and channels that it is given', async () => {
    const sim = browser()
    const issued: string[] = []
    const renewers = [sim.openTab(), sim.openTab()].map(({ runtime }) =>
      rig(runtime, issued, { shareAs: 'api/user', locks: runtime.locks, channels: runtime.channels }),
    )
    const turns = renewers.map((renewer) => renewer.validToken())
    expect(sim.locks.isHeld('api/user')).toBe(true)
    await sim.timeline.advance(100)
    expect(await Promise.all(turns)).toEqual(['t1', 't1'])
    for (const renewer of renewers) renewer.dispose()
  })

  it('[CV9] shares over the channels of the platform where it is given none', async () => {
    const sim = browser()
    const issued: string[] = []
    const first = rig(sim.openTab().runtime, issued, { shareAs: 'cv9' })
    const turn = first.validToken()
    await expect.poll(() => sim.timeline.advance(1).then(() => first.token())).toBe('t1')
    const second = rig(sim.openTab().runtime, issued, { shareAs: 'cv9' })
    await expect.poll(() => second.token()).toBe('t1')
    expect([await turn, issued]).toEqual(['t1', ['issued']])
    first.dispose()
    second.dispose()
  })

  it('[CV10] lets go of the others when the page that it is given is left', async () => {
    const sim = browser()
    const tab = sim.openTab()
    const { life, locks, channels } = tab.runtime
    const renewer = rig(tab.runtime, [], { shareAs: 'api/user', life, locks, channels })
    await Promise.all([renewer.validToken(), sim.timeline.advance(100)])
    expect(sim.channels.openCount).toBe(1)
    tab.life.emit('leaving')
    expect(sim.channels.openCount).toBe(0)
    renewer.dispose()
  })
})
