import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Admission } from '../admission/admission.ts'
import { refuse } from './refuse.ts'
import { readCredentials } from './request-state.ts'

/** Reads that may be held open until there is something new: they are counted by themselves, and take nothing while they wait. */
const heldOpen = ['/conversations/:id/messages', '/api/agent/conversations/:id/messages']

const isHeldOpen = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'GET' && heldOpen.includes(routeOptions.url ?? '')

/** So many requests of one organisation are worked on at a time: the database is not one's alone. To be added behind the guard. */
export function addRequestPlaces(
  app: FastifyInstance,
  admission: Pick<Admission, 'enterRequest' | 'turnAwayBriefly'>,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { principal } = request
    if (principal === undefined || isHeldOpen(request)) {
      done()
      return
    }
    const leave = admission.enterRequest(principal.kind === 'agent' ? principal.orgId : principal.org.id)
    if (leave) {
      // However it ends: answered, or given up by whoever asked, which may have been while it was found out who that is.
      if (reply.raw.destroyed || request.raw.socket.destroyed) leave()
      else reply.raw.once('close', leave)
      done()
    } else {
      const { orgToken, agentToken } = readCredentials(request)
      // A token that nobody has verified may be anything, and as long as a header is.
      const verified = { visitor: orgToken, agent: agentToken, public: undefined }
      const token = verified[principal.kind]
      refuse(reply, 'unavailable', { retryAfterSeconds: admission.turnAwayBriefly(token) })
    }
  })
}
