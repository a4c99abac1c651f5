import { asRecord, asString, decodeList } from './record.ts'

/** A site on which the widget was loaded. */
export interface SeenOrigin {
  readonly origin: string
  /** ISO 8601, UTC. */
  readonly firstSeenAt: string
  /** To the minute: ISO 8601, UTC. */
  readonly lastSeenAt: string
}

/** What a site needs to embed the widget, and where it has been loaded so far. */
export interface Installation {
  readonly orgKey: string
  readonly siteId: string
  /** The latest first. */
  readonly seen: readonly SeenOrigin[]
}

function decodeSeenOrigin(value: unknown): SeenOrigin | undefined {
  const record = asRecord(value)
  const origin = asString(record?.['origin'])
  const firstSeenAt = asString(record?.['firstSeenAt'])
  const lastSeenAt = asString(record?.['lastSeenAt'])
  if (origin === undefined || firstSeenAt === undefined || lastSeenAt === undefined) return undefined
  return { origin, firstSeenAt, lastSeenAt }
}

export function decodeInstallation(value: unknown): Installation | undefined {
  const record = asRecord(value)
  const orgKey = asString(record?.['orgKey'])
  const siteId = asString(record?.['siteId'])
  const seen = decodeList(record?.['seen'], decodeSeenOrigin)
  return orgKey === undefined || siteId === undefined || !seen ? undefined : { orgKey, siteId, seen }
}
