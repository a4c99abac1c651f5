import type { HealthFigures, RenewalOutcome } from '@helvino/protocol'

/** The ranges that can be looked at, in minutes. */
export const healthRanges = [60, 360, 1_440] as const
export type HealthRange = (typeof healthRanges)[number]

export const renewalsOf = ({ renewed, unavailable, refused }: Readonly<Record<RenewalOutcome, number>>): number =>
  renewed + unavailable + refused

/** Nothing at all has been said or seen. */
export const isSilent = ({
  reports,
  bootloaderAnswered,
  bootloaderRefused,
  bootloaderFailed,
}: HealthFigures): boolean => reports + bootloaderAnswered + bootloaderRefused + bootloaderFailed === 0

/** A whole percentage is said of nothing less: 99.96 % is not 100 %. `undefined` where there were none. */
export function successPercent(counts: Readonly<Record<RenewalOutcome, number>>): number | undefined {
  const all = renewalsOf(counts)
  return all === 0 ? undefined : Math.floor((counts.renewed / all) * 1_000) / 10
}
