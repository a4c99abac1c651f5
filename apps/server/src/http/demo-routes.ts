import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KeyRing } from '../auth/key-ring.ts'
import type { Org, Store } from '../store/contract.ts'
import { isForeignSite, loopbackHost } from './cookie-guard.ts'
import { refuse } from './refuse.ts'
import { readCredentials } from './request-state.ts'

export interface DemoRouteOptions {
  readonly store: Store
  readonly clock: Clock
  readonly keyRing: Pick<KeyRing, 'rotate'>
  readonly orgKey: string
  readonly ownOrigins: () => readonly string[]
  /** Closes the live connections of that organisation; they come back by themselves. */
  readonly dropSockets: (orgId: OrgId) => void
}

const loopbackAddress = /^(?:127\.|::1$|::ffff:127\.)/

/** From a page of this server, in a browser on the same machine: nobody else gets to play. */
function isAtHome(request: FastifyRequest, ownOrigins: readonly string[]): boolean {
  const { origin, fetchSite } = readCredentials(request)
  const { host } = request.headers
  if (origin === undefined || isForeignSite({ origin, fetchSite, host }, ownOrigins)) return false
  return loopbackHost.test(host ?? '') && loopbackAddress.test(request.socket.remoteAddress ?? '')
}

/** What the demo's page may ask of its server, to see whether the chat stands it. All of it touches the demo's organisation alone. */
export function addDemoRoutes(app: FastifyInstance, options: DemoRouteOptions): void {
  const { store, clock, keyRing, orgKey, ownOrigins, dropSockets } = options
  const answer = async (request: FastifyRequest, reply: FastifyReply, act: (org: Org) => Promise<boolean>) => {
    if (!isAtHome(request, ownOrigins())) return refuse(reply, 'not_found')
    const org = await store.findOrg({ key: orgKey })
    if (!org?.enabled) return refuse(reply, 'not_found', { message: 'The demo is switched off.' })
    if (!(await act(org))) return refuse(reply, 'unavailable')
    return reply.send({ ok: true })
  }
  app.post('/demo/rotate-key', (request, reply) =>
    answer(request, reply, async (org) => {
      // A key that was replaced still verifies for an hour, which nobody would notice: so the demo's own tokens of before are refused, too.
      const rotation = keyRing.rotate()
      const written = await store.putOrg({ ...org, validFromMs: clock.nowMs() })
      return rotation.kind !== 'failed' && written.kind === 'written'
    }),
  )
  app.post('/demo/drop-sockets', (request, reply) =>
    answer(request, reply, async ({ id }) => {
      dropSockets(id)
      return true
    }),
  )
}
