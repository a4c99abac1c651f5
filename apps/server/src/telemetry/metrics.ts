import { renewalCauses, renewalOutcomes, type TelemetryReport } from '@helvino/protocol'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import { latencyBoundsMs, type PlainCell, plainCells, waitBoundsMs } from './cells.ts'
import { ServiceMetrics } from './service-metrics.ts'

const inSeconds = (boundsMs: readonly number[]): number[] => boundsMs.map((ms) => ms / 1_000)

/** Name, meaning, and the labels beside the organisation. */
const plainMetrics: Readonly<
  Record<
    PlainCell,
    { readonly name: string; readonly help: string; readonly labels?: Readonly<Record<string, string>> }
  >
> = {
  refusedWrites: { name: 'helvino_refused_writes_total', help: 'Requests of pages that were refused for their token.' },
  staleServes: { name: 'helvino_stale_serves_total', help: 'Tokens used that were due for renewal and still valid.' },
  sharedRenewals: { name: 'helvino_shared_renewals_total', help: 'Renewals that another tab made.' },
  dropped: { name: 'helvino_telemetry_dropped_total', help: 'Figures that pages had no room to keep.' },
  reports: { name: 'helvino_telemetry_reports_total', help: 'Reports of pages taken.' },
  ...ofServer(
    'helvino_server_refused_tokens_total',
    'Writes that this server refused for their token; without an organisation where the token names none.',
    { serverRefusedExpired: { code: 'token_expired' }, serverRefusedInvalid: { code: 'token_invalid' } },
  ),
  ...ofServer('helvino_bootloader_answers_total', 'Bootloader calls by what this server answered.', {
    bootloaderAnswered: { outcome: 'answered' },
    bootloaderRefused: { outcome: 'refused' },
    bootloaderFailed: { outcome: 'failed' },
  }),
}

/** Several cells that are one metric, told apart by a label. */
function ofServer<Cell extends PlainCell>(name: string, help: string, labels: Record<Cell, Record<string, string>>) {
  const entries = Object.entries(labels) as [Cell, Record<string, string>][]
  return Object.fromEntries(entries.map(([cell, each]) => [cell, { name, help, labels: each }])) as Record<
    Cell,
    { name: string; help: string; labels: Record<string, string> }
  >
}

/** The same figures since the start, as Prometheus reads them, and what the process itself takes. */
export class Metrics {
  readonly #registry = new Registry()
  readonly service = new ServiceMetrics(this.#registry)
  readonly #plain = new Map<string, Counter>()
  readonly #renewals: Counter
  readonly #latency: Histogram
  readonly #waits: Histogram

  constructor() {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#renewals = new Counter({
      ...{ name: 'helvino_renewals_total', help: 'Renewals of the org token that pages reported.', registers },
      labelNames: ['org', 'cause', 'outcome'],
    })
    const ofOrg = { registers, labelNames: ['org'] }
    this.#latency = new Histogram({
      ...{ name: 'helvino_renewal_seconds', help: 'Time of successful renewals.', ...ofOrg },
      buckets: inSeconds(latencyBoundsMs),
    })
    this.#waits = new Histogram({
      ...{ name: 'helvino_token_wait_seconds', help: 'Time that calls of pages waited for a token.', ...ofOrg },
      buckets: inSeconds(waitBoundsMs),
    })
    for (const { name, help, labels } of Object.values(plainMetrics)) {
      if (this.#plain.has(name)) continue
      this.#plain.set(name, new Counter({ name, help, registers, labelNames: ['org', ...Object.keys(labels ?? {})] }))
    }
  }

  /** `org`: the organisation's public key. */
  addReport(org: string, report: TelemetryReport): void {
    for (const { cause, outcome, tookMs } of report.renewals) {
      this.#renewals.inc({ org, cause, outcome })
      if (outcome === 'renewed') this.#latency.observe({ org }, tookMs / 1_000)
    }
    for (const waitMs of report.waitsMs) this.#waits.observe({ org }, waitMs / 1_000)
    for (const name of ['refusedWrites', 'staleServes', 'sharedRenewals', 'dropped'] as const)
      this.count(org, name, report[name])
    this.count(org, 'reports', 1)
  }

  count(org: string, cell: PlainCell, by: number): void {
    const { name, labels } = plainMetrics[cell]
    this.#plain.get(name)?.inc({ org, ...labels }, by)
  }

  /** The organisation fell out of memory: its lines end, and would begin anew from 0. */
  forget(org: string): void {
    for (const cause of renewalCauses)
      for (const outcome of renewalOutcomes) this.#renewals.remove({ org, cause, outcome })
    this.#latency.remove({ org })
    this.#waits.remove({ org })
    for (const cell of plainCells) {
      const { name, labels } = plainMetrics[cell]
      this.#plain.get(name)?.remove({ org, ...labels })
    }
  }

  /** In the text format of Prometheus. */
  read(): Promise<string> {
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }
}
