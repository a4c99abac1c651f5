import { asRecord, asString } from '@helvino/protocol'

/** What a site's own server signs its visitors' identities with. Times are ISO 8601, UTC. */
export interface IdentitySecret {
  readonly secret: string
  readonly createdAt: string
  /** Until when the one before still counts; `undefined` where there is none. */
  readonly previousUntil: string | undefined
}

/** Decodes the answer to `GET` and `POST /api/agent/identity`. */
export function decodeIdentitySecret(value: unknown): IdentitySecret | undefined {
  const record = asRecord(value)
  const secret = asString(record?.['secret'])
  const createdAt = asString(record?.['createdAt'])
  if (secret === undefined || createdAt === undefined) return undefined
  return { secret, createdAt, previousUntil: asString(record?.['previousUntil']) }
}
