import type { OrgId, SessionHealth, TelemetryReport } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { PlainCell } from './cells.ts'
import { Metrics } from './metrics.ts'
import { SessionFigures } from './session-figures.ts'

/** What the figures need of an organisation: the id keeps them apart, the public key names them to an operator. */
export interface FiguredOrg {
  readonly id: OrgId
  readonly key: string
}

/** What pages report and the server sees of renewals, counted twice: by minute for the inbox, since the start for Prometheus. */
export class Telemetry {
  readonly metrics = new Metrics()
  readonly #figures: SessionFigures
  readonly #keys = new Map<OrgId, string>()

  constructor(clock: Clock) {
    this.#figures = new SessionFigures(clock, (orgId) => {
      const key = this.#keys.get(orgId)
      this.#keys.delete(orgId)
      if (key !== undefined) this.metrics.forget(key)
    })
  }

  addReport({ id, key }: FiguredOrg, report: TelemetryReport): void {
    this.#keys.set(id, key)
    this.#figures.addReport(id, report)
    this.metrics.addReport(key, report)
  }

  /** `undefined`: of no organisation that the server could be sure of. */
  count(org: FiguredOrg | undefined, name: PlainCell): void {
    this.metrics.count(org?.key ?? '', name, 1)
    if (!org) return
    this.#keys.set(org.id, org.key)
    this.#figures.count(org.id, name)
  }

  read(orgId: OrgId, minutes: number): SessionHealth {
    return this.#figures.read(orgId, minutes)
  }
}
