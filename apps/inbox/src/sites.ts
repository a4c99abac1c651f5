import { asRecord, asString } from '@helvino/protocol'

/** Where the widget may run, and which origins asked and were refused. */
export interface Sites {
  readonly allowed: readonly string[]
  /** `lastSeenAt`: ISO 8601, UTC. */
  readonly refused: readonly { readonly origin: string; readonly lastSeenAt: string }[]
}

/** Decodes the answer to `GET /api/agent/sites` and to allowing one. */
export function decodeSites(value: unknown): Sites | undefined {
  const record = asRecord(value)
  const allowed = record?.['allowed']
  const refused = record?.['refused']
  if (!Array.isArray(allowed) || !Array.isArray(refused)) return undefined
  return {
    allowed: allowed.filter((origin) => typeof origin === 'string'),
    refused: refused.flatMap((item: unknown) => {
      const entry = asRecord(item)
      const origin = asString(entry?.['origin'])
      return origin === undefined ? [] : [{ origin, lastSeenAt: asString(entry?.['lastSeenAt']) ?? '' }]
    }),
  }
}
