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
  /** A login asks for a code beside the password. */
  readonly hasTwoFactor: boolean
}

/** Answer to `POST /api/agent/two-factor/enrol`, which is given once. */
export interface TwoFactorOffer {
  /** `otpauth://…`, for an authenticator app. */
  readonly uri: string
  /** Each opens one login where the app is lost. */
  readonly backupCodes: readonly string[]
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
  const record = asRecord(value)
  const sessions = decodeList(record?.['sessions'], decodeLogin)
  return sessions && { sessions, hasTwoFactor: record?.['hasTwoFactor'] === true }
}

export function decodeTwoFactorOffer(value: unknown): TwoFactorOffer | undefined {
  const record = asRecord(value)
  const uri = asString(record?.['uri'])
  const backupCodes = decodeList(record?.['backupCodes'], asString)
  return uri !== undefined && backupCodes ? { uri, backupCodes } : undefined
}
