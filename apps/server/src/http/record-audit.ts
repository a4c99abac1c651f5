import type { FastifyRequest } from 'fastify'
import type { FindAddress } from '../admission/caller-address.ts'
import type { AddressKey } from '../auth/address-key.ts'
import type { Act, Audit } from '../auth/audit.ts'
import type { AgentPrincipal } from '../conversations/conversations.ts'

/** What was done; or what finds it out, and may find that there was nothing. */
type ToldAct = Act | (() => Promise<Act | undefined>)

/** Writes down what was just done. Never rejects: the act stands, and a line of the log says what the record lacks. */
export type RecordAudit = (request: Pick<FastifyRequest, 'raw' | 'log'>, told: ToldAct) => Promise<void>

export interface RecordAuditOptions {
  readonly audit: Pick<Audit, 'record'>
  readonly addressKey: AddressKey
  readonly findAddress: FindAddress
}

export function createRecordAudit({ audit, addressKey, findAddress }: RecordAuditOptions): RecordAudit {
  return async (request, told) => {
    // At once: a connection that has ended has no address.
    const { key: address } = findAddress(request.raw)
    let act = typeof told === 'function' ? undefined : told
    try {
      act = typeof told === 'function' ? await told() : told
      if (act) await audit.record(act, addressKey(act.orgId, address))
    } catch (err) {
      request.log.error({ event: 'audit-failed', action: act?.action, orgId: act?.orgId, actorId: act?.actorId, err })
    }
  }
}

/** Who is calling, as an act wants it. */
export const actorOf = ({ orgId, userId }: Pick<AgentPrincipal, 'orgId' | 'userId'>) => ({ orgId, actorId: userId })
