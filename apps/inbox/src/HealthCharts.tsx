import type { HealthBin } from '@helvino/protocol'
import { BarChart, LineChart } from '@mantine/charts'
import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatTime } from './when.ts'
import { words } from './words/en.ts'

interface HealthChartsProps {
  readonly bins: readonly HealthBin[]
  readonly binMinutes: number
}

const heightPx = 200
// Bins without a renewal have no time: the line goes on to the next that has one.
const line = { curveType: 'linear', connectNulls: true, withDots: true, dotProps: { r: 2 } } as const
const wholeNumbers = { allowDecimals: false, width: 40 } as const
const sharedProps = {
  h: heightPx,
  dataKey: 'time',
  withLegend: true,
  // In the order of the stack, not of the alphabet.
  legendProps: { height: 32, itemSorter: null },
  xAxisProps: { minTickGap: 32 },
  gridAxis: 'x',
} as const

/** The figures over time. */
export function HealthCharts({ bins, binMinutes }: HealthChartsProps) {
  const { charts, series } = words.health
  const data = bins.map((bin) => ({
    ...bin,
    time: formatTime(bin.at),
    waitsUnfelt: bin.waits - bin.waitsFelt,
    serverRefused: bin.serverRefusedExpired + bin.serverRefusedInvalid,
  }))
  const bars = { ...sharedProps, data, type: 'stacked', yAxisProps: wholeNumbers, maxBarWidth: 16 } as const
  return (
    <div className="health-pairs">
      <Chart title={charts.renewals} note={charts.per(binMinutes)}>
        <BarChart
          {...bars}
          series={[
            { name: 'renewed', label: series.renewed, color: 'teal.7' },
            { name: 'unavailable', label: series.unavailable, color: 'orange.6' },
            { name: 'refused', label: series.refused, color: 'red.7' },
          ]}
        />
      </Chart>
      <Chart title={charts.latency} note={charts.latencyNote}>
        <LineChart
          {...{ ...sharedProps, ...line, data }}
          unit=" ms"
          yAxisProps={{ width: 64 }}
          series={[
            { name: 'p50Ms', label: words.health.figures.p50, color: 'blue.6' },
            { name: 'p95Ms', label: words.health.figures.p95, color: 'grape.5' },
          ]}
        />
      </Chart>
      <Chart title={charts.waits} note={charts.waitsNote}>
        <BarChart
          {...bars}
          series={[
            { name: 'waitsUnfelt', label: series.unfelt, color: 'gray.5' },
            { name: 'waitsFelt', label: series.felt, color: 'orange.6' },
          ]}
        />
      </Chart>
      <Chart title={charts.refused} note={charts.refusedNote}>
        <BarChart
          {...bars}
          type="default"
          // Sixty pairs side by side leave no room between the two of one.
          barChartProps={{ barGap: 0 }}
          series={[
            { name: 'refusedWrites', label: series.byPages, color: 'red.7' },
            { name: 'serverRefused', label: series.byServer, color: 'grape.5' },
          ]}
        />
      </Chart>
    </div>
  )
}

interface ChartProps {
  readonly title: string
  readonly note: string
  readonly children: ReactNode
}

function Chart({ title, note, children }: ChartProps) {
  return (
    <figure className="health-card">
      <figcaption>
        <Title order={3} size="h6">
          {title}
        </Title>
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      </figcaption>
      {children}
    </figure>
  )
}
