import { asRecord, asString, decodeList } from './record.ts'

/** One of an agent's own logins. */
export interface AgentLogin {
  readonly id: string
  /** `Firefox on Android`, say; `null` where that is not known. */
  readonly browser: string | null
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** ISO 8601, UTC, to the hour. */
  readonly seenAt: string
  /** The one that asks. */
  readonly isCurrent: boolean
}

/** What an agent sees of their own login. */
export interface AgentAccount {
  /** The one that was seen last first. */
  readonly sessions: readonly AgentLogin[]
}

function decodeLogin(value: unknown): AgentLogin | undefined {
  const record = asRecord(value)
  const id = asString(record?.['id'])
  const createdAt = asString(record?.['createdAt'])
  const seenAt = asString(record?.['seenAt'])
  if (id === undefined || createdAt === undefined || seenAt === undefined) return undefined
  return {
    ...{ id, createdAt, seenAt },
    browser: asString(record?.['browser']) ?? null,
    isCurrent: record?.['isCurrent'] === true,
  }
}

/** Answer to `GET /api/agent/account` and `POST /api/agent/sessions/end`. */
export function decodeAgentAccount(value: unknown): AgentAccount | undefined {
  const sessions = decodeList(asRecord(value)?.['sessions'], decodeLogin)
  return sessions && { sessions }
}
