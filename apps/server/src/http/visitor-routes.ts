import { type BootloaderAnswer, headers, limits, protocolNumber, type PublicVisitorId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IdentitySecrets } from '../auth/identity-secrets.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import { issueOrgToken } from '../auth/org-token.ts'
import { verifyIdentity } from '../auth/signed-identity.ts'
import { identifiedBy, type IdentifySubject, type IdentifyVisitor, type VisitorIdentity } from '../auth/visitor.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { asVisitorSees } from '../conversations/visitor-view.ts'
import { asAnybodySees, type FindAvailability } from '../settings/availability.ts'
import type { OrgRepository, Store } from '../store/contract.ts'
import { decodeIdempotencyKey } from './decode-body.ts'
import {
  answerBatch,
  answerMessages,
  answerPost,
  answerRead,
  type ConversationRequest,
  type MessageRouteOptions,
} from './message-routes.ts'
import { refuse } from './refuse.ts'
import {
  publicOf,
  readCredentials,
  readIdempotencyKey,
  readIdentityHeader,
  readVisitorHeader,
  visitorOf,
} from './request-state.ts'
import type { NoteSeenOrigin } from './seen-origins.ts'
import type { KeepSignedProfile } from '../visitors/signed-profile.ts'

export interface VisitorRouteOptions extends MessageRouteOptions {
  readonly clock: Clock
  readonly store: Store
  readonly conversations: Conversations
  readonly keyRing: KeyRing
  readonly identifyVisitor: IdentifyVisitor
  readonly findAvailability: FindAvailability
  readonly identifySubject: IdentifySubject
  readonly identitySecrets: Pick<IdentitySecrets, 'verifying'>
  readonly tokenLifetimeSeconds: number
  readonly noteSeenOrigin: NoteSeenOrigin
  readonly keepSignedProfile: KeepSignedProfile
  /** What the bootloader says in `env`. */
  readonly env: string
}

export function addVisitorRoutes(app: FastifyInstance, options: VisitorRouteOptions): void {
  app.get('/api/bootloader', (request, reply) => answerBootloader(request, reply, options))
  app.post('/conversations', (request, reply) => answerOpen(request, reply, options))
  app.get('/conversations', async (request, reply) => {
    const listed = await options.conversations.listVisitorConversations(visitorOf(request))
    if (listed.kind === 'refused') return refuse(reply, listed.code, listed)
    return { conversations: listed.conversations.map(asVisitorSees) }
  })
  app.post('/conversations/:id/messages', (request: ConversationRequest, reply) =>
    answerPost(visitorOf(request), request, reply, options),
  )
  app.post('/conversations/:id/messages/batch', (request: ConversationRequest, reply) =>
    answerBatch(visitorOf(request), request, reply, options),
  )
  app.post('/conversations/:id/read', (request: ConversationRequest, reply) =>
    answerRead(visitorOf(request), request, reply, options),
  )
  app.get('/conversations/:id/messages', (request: ConversationRequest, reply) =>
    answerMessages(visitorOf(request), request, reply, options),
  )
}

async function readVisitor(ours: OrgRepository, visitorId: PublicVisitorId) {
  const [validFromMs, unread] = await Promise.all([ours.visitorValidFromMs(visitorId), ours.countUnread(visitorId)])
  return { validFromMs, unread }
}

type Caller =
  /** `undefined`: whoever asks for a token that is bound to nobody. */
  | { readonly kind: 'known'; readonly visitor: VisitorIdentity | undefined }
  | { readonly kind: 'refused'; readonly hint: string }

/** The site's word goes before the device's own id. */
async function findCaller(request: FastifyRequest, options: VisitorRouteOptions): Promise<Caller> {
  const { org } = publicOf(request)
  const token = readIdentityHeader(request)
  if (token !== undefined) {
    const secrets = await options.identitySecrets.verifying(org.id)
    const verified = verifyIdentity(token, secrets, options.clock.nowMs())
    if (verified.kind === 'refused') return verified
    const visitor = options.identifySubject(org.id, verified.subject)
    options.keepSignedProfile(org, visitor.visitorId, verified.claims, request.headers['user-agent'])
    return { kind: 'known', visitor }
  }
  const header = readVisitorHeader(request)
  return {
    kind: 'known',
    visitor: header.kind === 'given' ? options.identifyVisitor(org.id, header.visitorId) : undefined,
  }
}

async function answerBootloader(request: FastifyRequest, reply: FastifyReply, options: VisitorRouteOptions) {
  const { org } = publicOf(request)
  options.noteSeenOrigin(org.id, readCredentials(request).origin)
  const caller = await findCaller(request, options)
  if (caller.kind === 'refused') return refuse(reply, 'identity_invalid', caller)
  const { visitor } = caller
  const ofVisitor = visitor && (await readVisitor(options.store.ofOrg(org.id), visitor.visitorId))
  const nowMs = options.clock.nowMs()
  const orgToken = issueOrgToken(options.keyRing, {
    orgId: org.id,
    orgKey: org.key,
    visitorId: visitor?.visitorId,
    nowMs,
    lifetimeSeconds: options.tokenLifetimeSeconds,
    validFromMs: Math.max(org.validFromMs, ofVisitor?.validFromMs ?? 0),
  })
  const body: BootloaderAnswer = {
    ok: true,
    org: { id: org.id, key: org.key, name: org.name },
    config: asAnybodySees(org.config, options.findAvailability, nowMs),
    orgToken,
    env: options.env,
    timestamp: new Date(nowMs).toISOString(),
    protocol: protocolNumber,
    batchMessages: limits.batchMessages,
    ...(ofVisitor && { unread: ofVisitor.unread }),
  }
  return reply.header('cache-control', 'no-store').send(body)
}

async function answerOpen(request: FastifyRequest, reply: FastifyReply, options: VisitorRouteOptions) {
  const principal = visitorOf(request)
  const header = readVisitorHeader(request)
  const visitor =
    header.kind === 'given'
      ? options.identifyVisitor(principal.org.id, header.visitorId)
      : identifiedBy(principal.visitorId)
  if (!visitor)
    return refuse(reply, 'visitor_invalid', {
      hint: `Send the visitor's id, "v_" and a random UUID, as ${headers.visitorId}.`,
    })
  const key = decodeIdempotencyKey(readIdempotencyKey(request))
  if (key.kind === 'refused') return refuse(reply, key.code, key)
  const opened = await options.conversations.openConversation(principal, visitor, key.value)
  if (opened.kind === 'refused') return refuse(reply, opened.code, opened)
  return reply.code(opened.created ? 201 : 200).send(asVisitorSees(opened.conversation))
}
