import { renewalCauses, type TelemetryReport } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { Metrics } from './metrics.ts'
import { plainCells } from './cells.ts'

const report: TelemetryReport = {
  renewals: [
    { cause: 'ahead', outcome: 'renewed', tookMs: 40 },
    { cause: 'ahead', outcome: 'renewed', tookMs: 800 },
    { cause: 'use', outcome: 'unavailable', tookMs: 10_000 },
  ],
  waitsMs: [800],
  ...{ refusedWrites: 2, staleServes: 3, sharedRenewals: 4, dropped: 5 },
}

describe('metrics', () => {
  it('[MX4] are counters by organisation, cause and outcome, histograms in seconds, and the process itself', async () => {
    const metrics = new Metrics()
    metrics.addReport('demo', report)
    metrics.count('demo', 'bootloaderFailed', 1)
    metrics.count('', 'serverRefusedInvalid', 1)
    const text = await metrics.read()
    for (const line of [
      'helvino_renewals_total{org="demo",cause="ahead",outcome="renewed"} 2',
      'helvino_renewals_total{org="demo",cause="use",outcome="unavailable"} 1',
      'helvino_renewal_seconds_bucket{le="0.05",org="demo"} 1',
      'helvino_renewal_seconds_bucket{le="1",org="demo"} 2',
      'helvino_renewal_seconds_count{org="demo"} 2',
      'helvino_token_wait_seconds_sum{org="demo"} 0.8',
      'helvino_refused_writes_total{org="demo"} 2',
      'helvino_stale_serves_total{org="demo"} 3',
      'helvino_shared_renewals_total{org="demo"} 4',
      'helvino_telemetry_dropped_total{org="demo"} 5',
      'helvino_telemetry_reports_total{org="demo"} 1',
      'helvino_bootloader_answers_total{org="demo",outcome="failed"} 1',
      'helvino_server_refused_tokens_total{org="",code="token_invalid"} 1',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^process_resident_memory_bytes \d/m)
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('[MX5] of an organisation that fell out of memory end, and no others', async () => {
    const metrics = new Metrics()
    for (const cause of renewalCauses)
      for (const org of ['gone', 'kept'])
        metrics.addReport(org, { ...report, renewals: [{ cause, outcome: 'refused', tookMs: 1 }, ...report.renewals] })
    for (const cell of plainCells) metrics.count('gone', cell, 1)
    metrics.forget('gone')
    const text = await metrics.read()
    expect(text).not.toContain('org="gone"')
    expect(text).toContain('org="kept"')
  })
})
