import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { OrgId } from '@helvino/protocol'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { Principal } from '../auth/principal.ts'
import { OpenPlaces } from '../admission/open-places.ts'
import { addRequestPlaces } from './request-places.ts'

describe('the places of an organisation', () => {
  it('[RL31] are given back by whoever has gone before it was known who that is', async () => {
    const places = new OpenPlaces(1)
    const app = Fastify()
    app.decorateRequest('principal', undefined)
    let letIn: () => void = () => undefined
    let arrived: () => void = () => undefined
    const hasArrived = new Promise<void>((resolve) => (arrived = resolve))
    app.addHook('onRequest', async (request) => {
      request.principal = { kind: 'agent', orgId: 'org' as OrgId } as Principal
      if (request.url !== '/slow') return
      arrived()
      await new Promise<void>((resolve) => (letIn = resolve))
    })
    addRequestPlaces(app, { enterRequest: (orgId) => places.enter(orgId), turnAwayBriefly: () => 1 })
    app.get('/slow', () => 'slow')
    app.get('/quick', () => 'quick')
    const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(address.port), address.hostname)
    socket.write('GET /slow HTTP/1.1\r\nhost: here\r\n\r\n')
    await hasArrived
    socket.resetAndDestroy()
    await expect.poll(() => app.server.listening && socket.destroyed).toBe(true)
    await pause(50)
    letIn()
    await pause(50)
    expect((await app.inject('/quick')).statusCode).toBe(200)
    // The place of one that was answered is free again, too.
    expect((await app.inject('/quick')).statusCode).toBe(200)
    await app.close()
  })
})
