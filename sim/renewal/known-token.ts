import type { RenewingTab } from './flight.ts'
import type { IssuedRecord } from './issuer-model.ts'
import type { Machine, Moment } from './machine.ts'

/** A token that a machine has been told, and what follows from it by rule 6: its life is the issuer's, counted from before it was asked for. */
export interface KnownToken {
  readonly record: IssuedRecord
  readonly asked: Moment
  /** It came after its attempt had been given up: it must not be used. */
  readonly isLate: boolean
  readonly fetchedBy: RenewingTab
  /** In ms of the timeline. */
  readonly toldAtMs: number
  readonly dueAfterMs: number
  readonly unusableAfterMs: number
}

export const knownToken = (
  record: IssuedRecord,
  asked: Moment,
  how: Pick<KnownToken, 'isLate' | 'toldAtMs' | 'fetchedBy'>,
): KnownToken => ({
  record,
  asked,
  ...how,
  dueAfterMs: record.lifeMs - Math.min(15_000, record.lifeMs / 4),
  unusableAfterMs: record.lifeMs - Math.min(1_000, record.lifeMs / 20),
})

/** The shortest and the longest a held token is left alone before it is renewed ahead of time. */
export function aheadWindowMs({ lifeMs }: Pick<IssuedRecord, 'lifeMs'>): {
  readonly fromMs: number
  readonly toMs: number
} {
  const dueAfterMs = lifeMs - Math.min(15_000, lifeMs / 4)
  const wholeMs = Math.min(lifeMs, dueAfterMs / 0.9)
  return { fromMs: 0.8 * wholeMs, toMs: 0.9 * wholeMs }
}

export const isUsable = ({ asked, unusableAfterMs }: KnownToken, machine: Machine): boolean =>
  machine.sinceMs(asked) < unusableAfterMs
