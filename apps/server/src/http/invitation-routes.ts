import { type InvitationOffer, invitationTokenHeader, limits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { guessableHint } from '../auth/guessable-password.ts'
import type { Invitations } from '../auth/invitations.ts'
import type { Store } from '../store/contract.ts'
import { decodeAcceptBody, decodeInvitationToken } from './decode-team.ts'
import { type GuardOptions, refuseUnsafePlace } from './guard.ts'
import { createLoginBudget, type LoginBudget } from './login-budget.ts'
import type { RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'

export interface InvitationRouteOptions extends GuardOptions {
  readonly invitations: Invitations
  readonly store: Store
  readonly clock: Clock
  readonly recordAudit: RecordAudit
}

/** What somebody does who is invited and has no login yet. The token comes in a header or the body, never in an address. */
export function addInvitationRoutes(app: FastifyInstance, options: InvitationRouteOptions): void {
  const budget = createLoginBudget(options.clock)
  app.get('/api/invitation', (request, reply) => answerOffer(request, reply, options, budget))
  app.post('/api/invitation/accept', (request, reply) => answerAccept(request, reply, options, budget))
}

const notOpen = { message: 'This invitation is not open any more.', hint: 'Ask whoever invited you for another one.' }

/** Guessing is slowed down as it is for logins: by the address that asks, and for each token. */
function refuseBeforeAsking(
  token: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  options: InvitationRouteOptions,
  budget: LoginBudget,
): boolean {
  if (refuseUnsafePlace(request, reply, options)) return true
  const waitSeconds = budget.take(token ?? '', options.findAddress(request.raw).key)
  if (waitSeconds > 0) refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
  return waitSeconds > 0
}

async function answerOffer(
  request: FastifyRequest,
  reply: FastifyReply,
  options: InvitationRouteOptions,
  budget: LoginBudget,
) {
  const token = decodeInvitationToken(request.headers[invitationTokenHeader])
  if (refuseBeforeAsking(token, request, reply, options, budget)) return reply
  const invitation = token === undefined ? undefined : await options.invitations.find(token)
  const org = invitation && (await options.store.findOrg({ id: invitation.orgId }))
  if (token === undefined || !invitation || !org) return refuse(reply, 'not_found', notOpen)
  budget.forgive(token, options.findAddress(request.raw).key)
  const offer: InvitationOffer = {
    ...{ email: invitation.email, role: invitation.role, orgName: org.name },
    expiresAt: new Date(invitation.expiresAtMs).toISOString(),
  }
  return reply.send(offer)
}

async function answerAccept(
  request: FastifyRequest,
  reply: FastifyReply,
  options: InvitationRouteOptions,
  budget: LoginBudget,
) {
  const body = decodeAcceptBody(request.body)
  const token = decodeInvitationToken(body?.token)
  if (refuseBeforeAsking(token, request, reply, options, budget)) return reply
  if (!body)
    return refuse(reply, 'request_invalid', {
      message: `Send "token", a "name" of at most ${String(limits.nameLength)} characters and a "password" of ${String(limits.passwordLeast)} to ${String(limits.passwordMost)}.`,
    })
  if (token === undefined) return refuse(reply, 'not_found', notOpen)
  const result = await options.invitations.accept(token, body.name, body.password)
  if (result.kind === 'guessable') return refuse(reply, 'password_guessable', { hint: guessableHint })
  if (result.kind !== 'joined')
    return result.kind === 'taken' ? refuse(reply, 'address_taken') : refuse(reply, 'not_found', notOpen)
  await options.recordAudit(request, { orgId: result.orgId, actorId: result.userId, action: 'invitation_accepted' })
  return reply.send({ ok: true })
}
