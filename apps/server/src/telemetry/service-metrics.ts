import { type RefusalCode, refusals } from '@helvino/protocol'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Numbers that are kept elsewhere, and asked for when they are read. */
export interface ServiceSources {
  /** Sockets that are open. */
  readonly socketCount: () => number
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
    const registers = [registry]
    const [answers, refused] = [this.#answers, this.#refusals]
    new Counter({
      ...{ name: 'helvino_answers_total', help: 'HTTP answers by status.', labelNames: ['status'], registers },
      collect() {
        this.reset()
        for (const [status, count] of answers) this.inc({ status }, count)
      },
    })
    new Counter({
      ...{ name: 'helvino_refusals_total', help: 'HTTP refusals by code.', labelNames: ['code'], registers },
      collect() {
        this.reset()
        for (const [code, count] of refused) this.inc({ code }, count)
      },
    })
    this.#messages = new Histogram({
      ...{ name: 'helvino_message_seconds', help: 'Time from a request with messages to its answer.', registers },
      ...{ labelNames: ['role'], buckets: messageBounds },
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

  watch({ socketCount, writesCommitted, groupsCommitted }: ServiceSources): void {
    const registers = [this.#registry]
    new Gauge({
      ...{ name: 'helvino_sockets', help: 'Sockets that are open.', registers },
      collect() {
        this.set(socketCount())
      },
    })
    const counted = (name: string, help: string, count: () => number) =>
      new Counter({
        ...{ name, help, registers },
        collect() {
          this.reset()
          this.inc(count())
        },
      })
    counted('helvino_writes_total', 'Writes that reached the disk.', writesCommitted)
    counted('helvino_commits_total', 'Transactions that reached the disk.', groupsCommitted)
  }
}
