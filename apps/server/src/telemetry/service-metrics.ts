import { type RefusalCode, refusals } from '@helvino/protocol'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Numbers that are kept elsewhere, and asked for when they are read. */
export interface ServiceSources {
  /** Sockets that are open. */
  readonly socketCount: () => number
  /** Above 0 and at most 1. */
  readonly budgetShare: () => number
  /** Writes that reached the disk, and the transactions that they came in. */
  readonly writesCommitted: () => number
  readonly groupsCommitted: () => number
}

/** From what nobody notices to what a client gives up at, in s. */
const messageBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What this process does for whoever asks it, since its start: answers, refusals, sockets and writes. Of no organisation and nobody. */
export class ServiceMetrics {
  readonly #registry: Registry
  // Plain numbers: the bootloader is answered more often than anything of the library's is quick enough for.
  readonly #answers = new Map<number, number>()
  // From 0 on: of a number that begins with its first event nobody sees it grow.
  readonly #refusals = new Map(Object.keys(refusals).map((code) => [code as RefusalCode, 0]))
  readonly #messages: Histogram

  constructor(registry: Registry) {
    this.#registry = registry
    this.#count('helvino_answers_total', 'HTTP answers by status.', 'status', () => this.#answers)
    this.#count('helvino_refusals_total', 'HTTP refusals by code.', 'code', () => this.#refusals)
    this.#messages = new Histogram({
      ...{ name: 'helvino_message_seconds', help: 'Time from a request with messages to its answer.' },
      ...{ labelNames: ['role'], buckets: messageBounds, registers: [registry] },
    })
  }

  /** `code`: where it is a refusal. */
  countAnswer(status: number, code: RefusalCode | undefined): void {
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1)
    if (code !== undefined) this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
  }

  /** `role`: of whoever sends them. */
  timeMessages(role: 'visitor' | 'agent', tookMs: number): void {
    this.#messages.observe({ role }, tookMs / 1_000)
  }

  watch({ socketCount, budgetShare, writesCommitted, groupsCommitted }: ServiceSources): void {
    this.#gauge('helvino_sockets', 'Sockets that are open.', socketCount)
    this.#gauge(
      'helvino_budget_share',
      'Of what may be asked so much is left while there is more than time; 1: all.',
      budgetShare,
    )
    this.#count('helvino_writes_total', 'Writes that reached the disk.', undefined, () => [['', writesCommitted()]])
    this.#count('helvino_commits_total', 'Transactions that reached the disk.', undefined, () => [
      ['', groupsCommitted()],
    ])
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      ...{ name, help, registers: [this.#registry] },
      collect() {
        this.set(read())
      },
    })
  }

  /** `label`: what the first of each pair is. */
  #count(
    name: string,
    help: string,
    label: string | undefined,
    read: () => Iterable<readonly [string | number, number]>,
  ): void {
    new Counter({
      ...{ name, help, registers: [this.#registry], labelNames: label === undefined ? [] : [label] },
      collect() {
        this.reset()
        for (const [value, count] of read()) this.inc(label === undefined ? {} : { [label]: value }, count)
      },
    })
  }
}
