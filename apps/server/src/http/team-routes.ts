import { asRecord, isAtLeast, limits, type OpenInvitation } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Invitation, Invitations } from '../auth/invitations.ts'
import type { MemberChange, Team } from '../auth/team.ts'
import type { Account } from '../auth/account.ts'
import type { Assignment } from '../conversations/assignment.ts'
import type { AgentPrincipal } from '../conversations/conversations.ts'
import type { TwoFactorDemand } from '../auth/two-factor-demand.ts'
import { decodeInviteBody, decodeRoleBody } from './decode-team.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

export interface TeamRouteOptions {
  readonly team: Team
  readonly invitations: Invitations
  readonly agents: {
    readonly account: Pick<Account, 'signOutMember'>
    readonly twoFactorDemand: Pick<TwoFactorDemand, 'isMade' | 'make' | 'drop'>
  }
  readonly assignment: Pick<Assignment, 'release'>
  readonly recordAudit: RecordAudit
}

type OneRequest = FastifyRequest<{ Params: { id: string } }>

/** Who answers for the organisation: every agent sees the members, an admin changes them, an owner the owners. */
export function addTeamRoutes(app: FastifyInstance, options: TeamRouteOptions): void {
  app.get('/api/agent/team', (request, reply) => answerTeam(agentOf(request), reply, options))
  app.post('/api/agent/team/invitations', (request, reply) => answerInvite(request, reply, options))
  app.delete('/api/agent/team/invitations/:id', async (request: OneRequest, reply) => {
    const agent = agentOf(request)
    const { id } = request.params
    const withdrawn = await options.invitations.withdraw(agent.orgId, id, agent)
    if (withdrawn === undefined) {
      const isThere = (await options.invitations.list(agent.orgId)).some((each) => each.id === id)
      return refuseChange(reply, isThere ? 'outranked' : 'no-member')
    }
    await options.recordAudit(request, { ...actorOf(agent), action: 'invitation_withdrawn', subject: withdrawn })
    return answerTeam(agent, reply, options)
  })
  app.put('/api/agent/team/members/:id', async (request: OneRequest, reply) => {
    const agent = agentOf(request)
    const { id } = request.params
    const role = decodeRoleBody(request.body)
    if (!role) return refuse(reply, 'request_invalid', { message: '"role" is "owner", "admin" or "agent".' })
    const outcome = await options.team.setRole(agent.orgId, id, role, agent.role)
    if (outcome !== 'changed') return refuseChange(reply, outcome)
    const changes = [{ field: 'role', to: role }]
    await options.recordAudit(request, { ...actorOf(agent), action: 'role_changed', subject: { userId: id }, changes })
    return answerTeam(id === agent.userId ? { ...agent, role } : agent, reply, options)
  })
  app.post('/api/agent/team/members/:id/sign-out', async (request: OneRequest, reply) => {
    const agent = agentOf(request)
    const { id } = request.params
    const outcome = await options.agents.account.signOutMember(agent.orgId, id, agent.role)
    if (outcome !== 'ended') return refuseChange(reply, outcome)
    await options.recordAudit(request, { ...actorOf(agent), action: 'member_signed_out', subject: { userId: id } })
    return reply.send({ ok: true })
  })
  app.put('/api/agent/team/two-factor', (request, reply) => answerDemand(request, reply, options))
  app.delete('/api/agent/team/members/:id', (request: OneRequest, reply) => answerRemoval(request, reply, options))
}

const asOpen = ({ id, email, role, createdAtMs, expiresAtMs }: Invitation): OpenInvitation => ({
  ...{ id, email, role },
  createdAt: new Date(createdAtMs).toISOString(),
  expiresAt: new Date(expiresAtMs).toISOString(),
})

async function answerTeam(
  { orgId, userId, role }: AgentPrincipal,
  reply: FastifyReply,
  { team, invitations, agents }: TeamRouteOptions,
) {
  const members = await team.listMembers(orgId)
  const isAdmin = isAtLeast(role, 'admin')
  const open = isAdmin ? await invitations.list(orgId) : []
  return reply.send({
    members: members.map(({ hasTwoFactor, ...member }) => ({
      ...{ ...member, isYou: member.userId === userId },
      ...(isAdmin && { hasTwoFactor }),
    })),
    invitations: open.map(asOpen),
    demandsTwoFactor: await agents.twoFactorDemand.isMade(orgId),
  })
}

function refuseChange(reply: FastifyReply, outcome: Exclude<MemberChange, 'changed'>): FastifyReply {
  switch (outcome) {
    case 'no-member':
      return refuse(reply, 'not_found')
    case 'outranked':
      return refuse(reply, 'role_insufficient', { message: 'Of owners an owner decides.' })
    case 'last-owner':
      return refuse(reply, 'last_owner', {
        message: 'The last owner stays one.',
        hint: 'Make somebody else an owner first.',
      })
  }
}

async function answerInvite(request: FastifyRequest, reply: FastifyReply, options: TeamRouteOptions) {
  const agent = agentOf(request)
  const body = decodeInviteBody(request.body)
  if (!body)
    return refuse(reply, 'request_invalid', {
      message: 'Send an "email" address and a "role", "owner", "admin" or "agent".',
    })
  if (!isAtLeast(agent.role, body.role)) return refuseChange(reply, 'outranked')
  const invited = await options.invitations.invite(agent.orgId, body.email, body.role, agent)
  switch (invited.kind) {
    case 'invited':
      await options.recordAudit(request, {
        ...{ ...actorOf(agent), action: 'invitation_made', subject: body.email },
        changes: [{ field: 'role', to: body.role }],
      })
      return reply.code(201).send({ ...asOpen(invited.invitation), token: invited.token })
    case 'address-taken':
      return refuse(reply, 'address_taken')
    case 'outranked':
      return refuseChange(reply, 'outranked')
    case 'too-many':
      return refuse(reply, 'limit_reached', {
        message: `At most ${String(limits.openInvitations)} invitations may be open.`,
        hint: 'Withdraw one that is not needed any more.',
      })
  }
}

async function answerRemoval(request: OneRequest, reply: FastifyReply, options: TeamRouteOptions) {
  const agent = agentOf(request)
  const { id } = request.params
  const outcome = await options.team.removeMember(agent.orgId, id, agent.role)
  if (outcome !== 'changed') return refuseChange(reply, outcome)
  await options.recordAudit(request, { ...actorOf(agent), action: 'member_removed', subject: { userId: id } })
  const released = await options.assignment.release(agent.orgId, id)
  if (released.kind === 'refused') return refuse(reply, released.code, released)
  return answerTeam(agent, reply, options)
}

async function answerDemand(request: FastifyRequest, reply: FastifyReply, options: TeamRouteOptions) {
  const agent = agentOf(request)
  const demanded = asRecord(request.body)?.['demanded']
  if (typeof demanded !== 'boolean')
    return refuse(reply, 'request_invalid', { message: '"demanded" is true or false.', field: 'demanded' })
  const { twoFactorDemand } = options.agents
  if (demanded === (await twoFactorDemand.isMade(agent.orgId))) return answerTeam(agent, reply, options)
  if (!demanded) await twoFactorDemand.drop(agent.orgId)
  else if ((await twoFactorDemand.make(agent.orgId, agent.userId)) === 'own-missing')
    return refuse(reply, 'two_factor_demanded', {
      message: 'Whoever asks others for a code has one.',
      hint: 'Turn two-factor login on for yourself first.',
    })
  const changes = [{ field: 'demandsTwoFactor', from: String(!demanded), to: String(demanded) }]
  await options.recordAudit(request, { ...actorOf(agent), action: 'two_factor_demand_changed', changes })
  return answerTeam(agent, reply, options)
}
