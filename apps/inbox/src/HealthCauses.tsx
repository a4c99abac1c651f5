import type { CauseFigures } from '@helvino/protocol'
import { Title } from '@mantine/core'
import { renewalsOf, successPercent } from './health-view.ts'
import { words } from './words/en.ts'

/** The renewals by what started them. */
export function HealthCauses({ causes }: { readonly causes: readonly CauseFigures[] }) {
  const { columns, series, cause: names } = words.health
  const seen = causes.filter((each) => renewalsOf(each) > 0)
  return (
    <section className="health-card" aria-labelledby="health-causes">
      <Title order={3} size="h6" id="health-causes">
        {words.health.byCause}
      </Title>
      {seen.length === 0 ? (
        words.health.noRenewals
      ) : (
        <table className="health-table">
          <thead>
            <tr>
              <th scope="col">{columns.cause}</th>
              <th scope="col">{columns.success}</th>
              <th scope="col">{series.renewed}</th>
              <th scope="col">{series.unavailable}</th>
              <th scope="col">{series.refused}</th>
            </tr>
          </thead>
          <tbody>
            {seen.map((each) => (
              <tr key={each.cause}>
                <th scope="row">{names[each.cause]}</th>
                <td>{words.health.percent(successPercent(each))}</td>
                <td>{words.health.count(each.renewed)}</td>
                <td>{words.health.count(each.unavailable)}</td>
                <td>{words.health.count(each.refused)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
