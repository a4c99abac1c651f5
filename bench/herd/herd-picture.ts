import { beginsAtMs, binMs, ceilings, endsAtMs, fleetCapacity, recoversAtMs } from '../../sim/herd/outage.ts'

const [width, height] = [960, 560]
const frame = { left: 84, right: 940, top: 58, bottom: 424 }
const leastPerSecond = 100
const mostPerSecond = 1_000_000
const oursColor = '#0b5fd0'
const plainColors = ['#b3261e', '#9a6700', '#6a4fb3']
const ink = '#1f2328'
const pale = '#59636e'

export interface PlainCurve {
  readonly name: string
  readonly renewals: readonly number[]
}

const x = (atMs: number) => frame.left + ((atMs - beginsAtMs) / (endsAtMs - beginsAtMs)) * (frame.right - frame.left)

/** Logarithmic; what is below the axis lies on it. */
const y = (perSecond: number) => {
  const decades = Math.log10(Math.max(leastPerSecond, perSecond) / leastPerSecond)
  return frame.bottom - (decades / Math.log10(mostPerSecond / leastPerSecond)) * (frame.bottom - frame.top)
}

const point = (atMs: number, perSecond: number) => `${x(atMs).toFixed(1)},${y(perSecond).toFixed(1)}`

const text = (atX: number, atY: number, words: string, more = '') =>
  `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" ${more}>${words}</text>`

const line = (points: readonly string[], color: string, more = '') =>
  `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" ${more}/>`

/** Each bin at its middle. */
const curve = (perSecond: readonly number[], color: string, more = 'stroke-width="1.5"') =>
  line(
    perSecond.map((value, bin) => point(beginsAtMs + (bin + 0.5) * binMs, value)),
    color,
    more,
  )

function axes(): readonly string[] {
  const rows = [100, 1_000, 10_000, 100_000, 1_000_000].flatMap((value) => [
    `<line x1="${frame.left}" x2="${frame.right}" y1="${y(value)}" y2="${y(value)}" stroke="#d8dee4"/>`,
    text(frame.left - 8, y(value) + 4, value.toLocaleString('en'), 'text-anchor="end"'),
  ])
  const minutes = Array.from({ length: (endsAtMs - beginsAtMs) / 120_000 + 1 }, (_unused, index) => 2 * index - 2)
  const columns = minutes.flatMap((minute) => [
    `<line x1="${x(minute * 60_000)}" x2="${x(minute * 60_000)}" y1="${frame.bottom}" y2="${frame.bottom + 5}" stroke="${pale}"/>`,
    text(x(minute * 60_000), frame.bottom + 20, String(minute), 'text-anchor="middle"'),
  ])
  const middle = (frame.left + frame.right) / 2
  return [
    ...rows,
    ...columns,
    `<line x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}" stroke="${pale}"/>`,
    text(middle, frame.bottom + 42, 'minutes since every socket dropped', 'text-anchor="middle"'),
    text(
      0,
      0,
      'renewals asked for, per second',
      `text-anchor="middle" transform="translate(20 ${(frame.top + frame.bottom) / 2}) rotate(-90)"`,
    ),
  ]
}

function outage(): readonly string[] {
  const middle = (x(0) + x(recoversAtMs)) / 2
  return [
    `<rect x="${x(0)}" y="${frame.top}" width="${x(recoversAtMs) - x(0)}" height="${frame.bottom - frame.top}" fill="#f3e9e7"/>`,
    text(middle, frame.top + 18, 'server down', `text-anchor="middle" fill="${pale}"`),
    line([point(beginsAtMs, fleetCapacity), point(endsAtMs, fleetCapacity)], pale, 'stroke-dasharray="2 4"'),
  ]
}

/** Drawn over the curves that cross it. */
const capacityName = () =>
  text(
    x(300_000),
    y(fleetCapacity) - 6,
    'what the server can serve',
    'text-anchor="middle" stroke="#f3e9e7" stroke-width="5" paint-order="stroke"',
  )

const ceilingLine = () =>
  line(
    ceilings.flatMap(({ fromMs, untilMs, perSecond }) => [point(fromMs, perSecond), point(untilMs, perSecond)]),
    ink,
    'stroke-width="1.5" stroke-dasharray="7 4"',
  )

interface LegendEntry {
  readonly name: string
  readonly color: string
  readonly more: string
}

function legend(entries: readonly LegendEntry[]): readonly string[] {
  return entries.flatMap(({ name, color, more }, index) => {
    const [atX, atY] = [frame.left + (index % 2) * 430, frame.bottom + 72 + Math.floor(index / 2) * 22]
    return [
      `<line x1="${atX}" x2="${atX + 34}" y1="${atY - 4}" y2="${atY - 4}" stroke="${color}" ${more}/>`,
      text(atX + 42, atY, name),
    ]
  })
}

/** The story of the outage as an SVG: what a million widgets ask for, ours and plain ones, on one logarithmic axis. */
export function herdPicture(ours: readonly number[], plain: readonly PlainCurve[]): string {
  const colorOf = (index: number) => plainColors[index % plainColors.length] ?? ink
  const entries: readonly LegendEntry[] = [
    { name: 'Helvino', color: oursColor, more: 'stroke-width="3"' },
    { name: 'ceiling that Helvino keeps to', color: ink, more: 'stroke-width="1.5" stroke-dasharray="7 4"' },
    ...plain.map(({ name }, index) => ({ name, color: colorOf(index), more: 'stroke-width="1.5"' })),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="${ink}" role="img">`,
    '<title>Renewals per second of a million open widgets before, in and after an outage of ten minutes</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(
      frame.left,
      30,
      'A million open widgets lose their server for ten minutes',
      'font-size="17" font-weight="600"',
    ),
    ...outage(),
    ...axes(),
    ...plain.map(({ renewals }, index) => curve(renewals, colorOf(index))),
    ceilingLine(),
    curve(ours, oursColor, 'stroke-width="3"'),
    capacityName(),
    ...legend(entries),
    '</svg>',
    '',
  ].join('\n')
}
