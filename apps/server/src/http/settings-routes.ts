import { type AuditChange, decodeSettingsChange, type OrgSettings } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusedByStore } from '../conversations/refused.ts'
import type { FindAvailability } from '../settings/availability.ts'
import type { Org, Store } from '../store/contract.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

export interface SettingsRouteOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly findAvailability: FindAvailability
  readonly recordAudit: RecordAudit
}

/** What the organisation has set: every agent may read it, an administrator may change it. */
export function addSettingsRoutes(app: FastifyInstance, options: SettingsRouteOptions): void {
  app.get('/api/agent/settings', async (request, reply) => {
    const org = await options.store.findOrg({ id: agentOf(request).orgId })
    return org ? answerSettings(org, reply, options) : refuse(reply, 'not_found')
  })
  app.put('/api/agent/settings', (request, reply) => changeSettings(request, reply, options))
}

function answerSettings({ name, config }: Org, reply: FastifyReply, { clock, findAvailability }: SettingsRouteOptions) {
  const { aiEnabled: _, ...rest } = config
  const settings: OrgSettings = { name, ...rest }
  const availability = findAvailability(config.officeHours, clock.nowMs())
  return reply.send({ settings, availability })
}

/** Which settings are other ones now. Of a switch it says which way; what somebody wrote stays out of the record. */
function changesOf(before: Org, after: Org, change: Partial<OrgSettings>): readonly AuditChange[] {
  const was: Readonly<Record<string, unknown>> = { ...before.config, name: before.name }
  const is: Readonly<Record<string, unknown>> = { ...after.config, name: after.name }
  return Object.keys(change)
    .filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .map((field) =>
      typeof is[field] === 'boolean' ? { field, from: String(was[field]), to: String(is[field]) } : { field },
    )
}

async function changeSettings(request: FastifyRequest, reply: FastifyReply, options: SettingsRouteOptions) {
  const change = decodeSettingsChange(request.body)
  if (change.kind === 'bad') {
    const { field, rule } = change
    return refuse(reply, 'request_invalid', { message: `"${field || 'body'}" ${rule}.`, field: field || undefined })
  }
  const agent = agentOf(request)
  const changed = await options.store.ofOrg(agent.orgId).changeSettings(change.value)
  if (changed.kind === 'no-org') return refuse(reply, 'not_found')
  if (changed.kind === 'set') {
    const changes = changesOf(changed.before, changed.org, change.value)
    if (changes.length > 0)
      await options.recordAudit(request, { ...actorOf(agent), action: 'settings_changed', changes })
    return answerSettings(changed.org, reply, options)
  }
  const refused = refusedByStore(changed, options.random)
  return refuse(reply, refused.code, refused)
}
