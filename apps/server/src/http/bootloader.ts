import { type BootloaderAnswer, limits, protocolNumber } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { IdentitySecrets } from '../auth/identity-secrets.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import { issueOrgToken } from '../auth/org-token.ts'
import { verifyIdentity } from '../auth/signed-identity.ts'
import type { IdentifySubject, IdentifyVisitor, VisitorIdentity } from '../auth/visitor.ts'
import { asAnybodySees, type FindAvailability } from '../settings/availability.ts'
import type { Org, Store } from '../store/contract.ts'
import type { KeepSignedProfile } from '../visitors/signed-profile.ts'
import { readIdentityHeader, readVisitorHeader, type WithHeaders } from './request-state.ts'
import type { NoteSeenOrigin } from './seen-origins.ts'

export interface BootloaderOptions {
  readonly clock: Clock
  readonly store: Store
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

export type BootloaderAnswered =
  /** The whole answer, as JSON. */
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: 'identity_invalid'; readonly hint: string }

/** What a page is told that names this organisation; who may ask has been checked. */
export type AnswerBootloader = (request: WithHeaders, org: Org) => Promise<BootloaderAnswered>

export const bootloaderHeaders: Readonly<Record<string, string>> = { 'content-type': 'application/json; charset=utf-8' }

const minuteMs = 60_000

type Caller =
  /** `undefined`: whoever asks for a token that is bound to nobody. */
  | { readonly kind: 'known'; readonly visitor: VisitorIdentity | undefined }
  | { readonly kind: 'refused'; readonly hint: string }

/** The site's word goes before the device's own id. */
async function findCaller(request: WithHeaders, org: Org, options: BootloaderOptions): Promise<Caller> {
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

type OfOrg = Pick<BootloaderAnswer, 'ok' | 'org' | 'config' | 'env' | 'protocol' | 'batchMessages'>

/** What is the same for every visitor of an organisation within a minute, as the beginning of the answer's JSON. Whether somebody is there changes by the minute. */
function createBeginning({ findAvailability, env }: BootloaderOptions) {
  const known = new WeakMap<Org, { readonly minute: number; readonly text: string }>()
  return (org: Org, nowMs: number): string => {
    const minute = Math.floor(nowMs / minuteMs)
    const there = known.get(org)
    if (there?.minute === minute) return there.text
    const ofOrg: OfOrg = {
      ok: true,
      org: { id: org.id, key: org.key, name: org.name },
      config: asAnybodySees(org.config, findAvailability, nowMs),
      env,
      protocol: protocolNumber,
      batchMessages: limits.batchMessages,
    }
    const text = JSON.stringify(ofOrg).slice(0, -1)
    known.set(org, { minute, text })
    return text
  }
}

export function createAnswerBootloader(options: BootloaderOptions): AnswerBootloader {
  const { clock, store, keyRing, tokenLifetimeSeconds: lifetimeSeconds, noteSeenOrigin } = options
  const beginningOf = createBeginning(options)

  return async (request, org) => {
    noteSeenOrigin(org.id, request.headers.origin)
    const caller = await findCaller(request, org, options)
    if (caller.kind === 'refused') return { kind: 'refused', code: 'identity_invalid', hint: caller.hint }
    const visitorId = caller.visitor?.visitorId
    const ofVisitor = visitorId && (await store.ofOrg(org.id).readVisitor(visitorId))
    const nowMs = clock.nowMs()
    const validFromMs = Math.max(org.validFromMs, ofVisitor ? ofVisitor.validFromMs : 0)
    const claims = { orgId: org.id, orgKey: org.key, visitorId }
    const orgToken = issueOrgToken(keyRing, { ...claims, nowMs, lifetimeSeconds, validFromMs })
    // Neither a token nor a time holds anything that JSON would have to escape.
    const times = `"orgToken":"${orgToken}","timestamp":"${new Date(nowMs).toISOString()}"`
    const unread = ofVisitor ? `,"unread":${String(ofVisitor.unread)}` : ''
    return { kind: 'answered', text: `${beginningOf(org, nowMs)},${times}${unread}}` }
  }
}
