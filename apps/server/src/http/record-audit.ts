import type { FastifyRequest } from 'fastify'
import type { AddressKey } from '../auth/address-key.ts'
import type { Act, Audit } from '../auth/audit.ts'
import type { AgentPrincipal } from '../conversations/conversations.ts'

/** Writes down what was just done. Never rejects: the act stands, and a line of the log says what the record lacks. */
export type RecordAudit = (request: Pick<FastifyRequest, 'ip' | 'log'>, act: Act) => Promise<void>

export function createRecordAudit(audit: Pick<Audit, 'record'>, addressKey: AddressKey): RecordAudit {
  return async (request, act) => {
    try {
      await audit.record(act, addressKey(act.orgId, request.ip))
    } catch (err) {
      const { action, orgId, actorId } = act
      request.log.error({ event: 'audit-failed', action, orgId, actorId, err })
    }
  }
}

/** Who is calling, as an act wants it. */
export const actorOf = ({ orgId, userId }: Pick<AgentPrincipal, 'orgId' | 'userId'>) => ({ orgId, actorId: userId })
