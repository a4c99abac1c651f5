import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { herdPicture } from './herd/herd-picture.ts'
import { inTrap } from '../sim/command/in-trap.ts'
import { peakPerSecond } from '../sim/herd/curve.ts'
import { mean, missesOf, mostUneven, quantile, unevenness } from '../sim/herd/herd-figures.ts'
import { type HerdReport, runHerd } from '../sim/herd/herd-world.ts'
import { beginsAtMs, ceilings, fleetSize } from '../sim/herd/outage.ts'
import { type PlainReport, plainStrategies, runPlainFleet } from '../sim/herd/plain-fleet.ts'

const seed = 'herd'
const widgets = 50_000
/** A proxy that answers while the server is down makes another story, told by fewer. */
const widgetsBehindEdge = 10_000
const picture = join(import.meta.dirname, '..', 'docs', 'pictures', 'herd.svg')

const inSeconds = (ms: number) => (Number.isFinite(ms) ? Math.round(ms / 100) / 10 : 'never')

/** The highest bin of 10 s in each stretch of the story. */
const peaks = (perSecond: readonly number[]) =>
  Object.fromEntries(
    ceilings.map(({ name, fromMs, untilMs }) => [name, Math.round(peakPerSecond(perSecond, fromMs, untilMs))]),
  )

const ceilingRow = {
  'a second, highest bin of 10 s': 'ceiling of renewals',
  'before the outage': '',
  ...Object.fromEntries(ceilings.map(({ name, perSecond }) => [name, perSecond])),
}

const curveRow = (what: string, perSecond: readonly number[]) => ({
  'a second, highest bin of 10 s': what,
  'before the outage': Math.round(peakPerSecond(perSecond, beginsAtMs, 0)),
  ...peaks(perSecond),
})

function returnRow(who: string, backAfterMs: readonly number[], triesUntilBack: readonly number[]) {
  return {
    who,
    'half back after, s': inSeconds(quantile(backAfterMs, 0.5)),
    '99 % back after, s': inSeconds(quantile(backAfterMs, 0.99)),
    'all back after, s': inSeconds(quantile(backAfterMs, 1)),
    'tries until back, mean': Math.round(mean(triesUntilBack) * 100) / 100,
  }
}

const returnRows = ({ backAfterMs, triesUntilBack }: HerdReport) => {
  const [inUse, visible] = [backAfterMs['in use'], backAfterMs.visible]
  return [returnRow('Helvino, in use', inUse, triesUntilBack), returnRow('Helvino, seen', visible, triesUntilBack)]
}

const plainRows = (plain: readonly { readonly name: string; readonly report: PlainReport }[]) =>
  plain.map(({ name, report }) => returnRow(name, report.backAfterMs, report.triesUntilBack))

const drawRow = (drawn: string, places: readonly number[]) => ({
  drawn,
  count: places.length,
  'chi-square over 20 bins': Math.round(unevenness(places) * 10) / 10,
  accepted: `up to ${mostUneven}`,
})

/** A million widgets lose their server for ten minutes: how often they ask for a token, and who is back when. */
export async function measureHerd(): Promise<Readonly<Record<string, readonly object[]>>> {
  const ours = await inTrap(() => runHerd({ seed, widgets }))
  const behindEdge = await inTrap(() => runHerd({ seed, widgets: widgetsBehindEdge, hasEdge: true }))
  const plain = plainStrategies.map((strategy) => ({
    name: strategy.name,
    report: runPlainFleet(strategy, seed, widgets),
  }))
  writeFileSync(
    picture,
    herdPicture(
      ours.renewals,
      plain.map(({ name, report }) => ({ name, ...report })),
    ),
  )
  const misses = [
    ...missesOf(ours, fleetSize / widgets, 0),
    ...missesOf(behindEdge, fleetSize / widgetsBehindEdge, 3)
      // They come back when its Retry-After lets them.
      .filter((miss) => !miss.startsWith('99 % of those'))
      .map((miss) => `behind a proxy: ${miss}`),
  ]
  if (misses.length > 0) process.exitCode = 1
  return {
    [`renewals of 1,000,000 widgets, by ${widgets} clients`]: [
      ceilingRow,
      curveRow('Helvino, renewals', ours.renewals),
      curveRow('Helvino, served', ours.served),
      curveRow('Helvino, tries for a socket', ours.sockets),
      curveRow('Helvino, other requests', ours.others),
      curveRow('Helvino, renewals behind a proxy that answers 503', behindEdge.renewals),
      ...plain.map(({ name, report }) => curveRow(`${name}, renewals`, report.renewals)),
      ...plain.map(({ name, report }) => curveRow(`${name}, served`, report.served)),
    ],
    'back after the recovery': [...returnRows(ours), ...plainRows(plain)],
    'what is drawn by chance, against an even spread': [
      drawRow('waits, half of the ceiling to all of it', ours.waits),
      drawRow('points of renewal, 80 to 90 % of the life', ours.points),
    ],
    'what was promised and missed (any row: exit code 1)': misses.map((missed) => ({ missed })),
  }
}
