import type { HealthFigures } from '@helvino/protocol'
import { Text } from '@mantine/core'
import { renewalsOf, successPercent } from './health-view.ts'
import { words } from './words/en.ts'

interface Figure {
  readonly name: string
  readonly value: string
  readonly note: string
  /** Absent where there is no target. */
  readonly isMet?: boolean
}

function figuresOf(total: HealthFigures): readonly Figure[] {
  const { success, p50, p95, waits, refused, stale } = words.health.figures
  return [
    {
      name: success,
      value: words.health.percent(successPercent(total)),
      note: words.health.ofRenewals(renewalsOf(total)),
    },
    { name: p50, value: words.health.ms(total.p50Ms), note: words.health.p50Note },
    { name: p95, value: words.health.ms(total.p95Ms), note: words.health.p95Note },
    {
      name: waits,
      value: words.health.count(total.waitsFelt),
      note: words.health.targetZero,
      isMet: total.waitsFelt === 0,
    },
    {
      name: refused,
      value: words.health.count(total.refusedWrites),
      note: words.health.targetZero,
      isMet: total.refusedWrites === 0,
    },
    { name: stale, value: words.health.count(total.staleServes), note: words.health.staleNote },
  ]
}

/** The six numbers that say whether visitors notice anything. */
export function HealthHeadline({ total }: { readonly total: HealthFigures }) {
  return (
    <dl className="health-figures">
      {figuresOf(total).map(({ name, value, note, isMet }) => (
        <div key={name} className="health-card" data-target={isMet === undefined ? 'none' : isMet ? 'met' : 'missed'}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <dd>
            <span className="health-value">{value}</span>
            <Text span size="xs" c="dimmed" className="health-target">
              {note}
              {isMet !== undefined && `, ${isMet ? words.health.met : words.health.missed}`}
            </Text>
          </dd>
        </div>
      ))}
    </dl>
  )
}
