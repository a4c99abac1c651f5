import { inFile, type Mutant } from './mutant.ts'

const outbox = inFile('outbox.ts')
const sender = inFile('sender.ts')

/** Bugs that a durable outbox has had, or could have. Each must be noticed by the chat world. */
export const outboxMutants: readonly Mutant[] = [
  outbox(
    'a retried message gets another id',
    'return this.#change(id, { delivery })',
    "return this.#change(id, delivery.state === 'queued' ? { delivery, id: uuid(this.#ports.random) as ClientMessageId } : { delivery })",
  ),
  outbox('a message that is sent stays kept', 'await this.#keepNow(id, undefined)', 'this.#show()'),
  outbox(
    'a message is gone before it is sent',
    "if (delivery.state === 'sending') {",
    "if (delivery.state === 'sending') { void this.settle(id)",
  ),
  outbox(
    'a place that fails takes what it held with it',
    'this.#changes = new Map(this.#merged(this.#kept)',
    'this.#changes = new Map(this.#merged([])',
  ),
  outbox('a lease never ends', 'lease.untilMs > nowMs && lease.untilMs <= nowMs + leaseMs', 'lease.untilMs > 0'),
  outbox('a lease is as long as a day', 'const leaseMs = 20_000', 'const leaseMs = 86_400_000'),
  outbox(
    'another page looks at nothing that was left',
    'async load(): Promise<void> {',
    'async load(): Promise<void> { return',
  ),
  outbox('the newest goes first', 'return [...changed, ...fresh]', 'return [...fresh, ...changed]'),
  outbox(
    'another tab has its own word overwritten',
    'value === undefined ? { entries: this.#kept',
    'value === undefined || this.#kept.length > 0 ? { entries: this.#kept',
  ),
  sender(
    'a batch that is not answered is taken for sent',
    'inVain.push(entry)',
    'return this.#outbox.settle(entry.id)',
  ),
  sender('two requests at a time', 'if (this.#lanes.has(name) || this', 'if (this'),
  sender('a lane that is done is never run again', 'this.#lanes.delete(lane.name)', ''),
]
