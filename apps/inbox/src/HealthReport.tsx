import type { SessionHealth } from '@helvino/protocol'
import { Text, Title } from '@mantine/core'
import { HealthCauses } from './HealthCauses.tsx'
import { HealthCharts } from './HealthCharts.tsx'
import { HealthHeadline } from './HealthHeadline.tsx'
import { type HealthRange, isSilent } from './health-view.ts'
import { formatFull } from './when.ts'
import { words } from './words/en.ts'

export interface HealthReportProps {
  readonly health: SessionHealth
  readonly minutes: HealthRange
}

/** Everything that is drawn of the figures; a chunk of its own. */
export function HealthReport({ health, minutes }: HealthReportProps) {
  const { total, causes, bins, binMinutes, since } = health
  const hasReports = total.reports > 0
  return (
    <>
      {hasReports ? (
        <>
          <HealthHeadline total={total} />
          <HealthCharts bins={bins} binMinutes={binMinutes} />
        </>
      ) : (
        <div className="health-empty">
          <Text fw={600}>{words.health.empty(minutes / 60)}</Text>
          <Text size="sm" c="dimmed">
            {words.health.emptyHint}
          </Text>
        </div>
      )}
      <div className="health-pairs">
        {hasReports && <HealthCauses causes={causes} />}
        {!isSilent(total) && <ServerSaw total={total} />}
      </div>
      <Text size="xs" c="dimmed" className="health-note">
        {words.health.note(formatFull(since))}
      </Text>
    </>
  )
}

/** Beside what pages tell of themselves: what cannot be told wrongly. */
function ServerSaw({ total }: Pick<SessionHealth, 'total'>) {
  const rows: readonly (readonly [string, number])[] = [
    [words.health.server.answered, total.bootloaderAnswered],
    [words.health.server.refused, total.bootloaderRefused],
    [words.health.server.failed, total.bootloaderFailed],
    [words.health.server.expired, total.serverRefusedExpired],
    [words.health.server.invalid, total.serverRefusedInvalid],
  ]
  return (
    <section className="health-card" aria-labelledby="health-server">
      <Title order={3} size="h6" id="health-server">
        {words.health.server.title}
      </Title>
      <table className="health-table">
        <tbody>
          {rows.map(([name, count]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{words.health.count(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
