import type { SimTimeline } from '@helvino/testkit'

const keptLines = 40

/** Everything that happened, as one running hash (FNV-1a, 32 bit, twice), how often each thing was seen, and the last lines. */
export class Trace {
  readonly counts = new Map<string, number>()
  readonly #timeline: SimTimeline
  #lines: string[] = []
  #low = 0x811c9dc5
  #high = 0x01000193
  #isOn = true

  constructor(timeline: SimTimeline) {
    this.#timeline = timeline
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  get lastLines(): readonly string[] {
    return this.#lines
  }

  /** `kind` is what is counted; `detail` only tells this case from others. */
  add(kind: string, detail = ''): void {
    if (!this.#isOn) return
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    const line = `${this.#timeline.elapsedMs} ${kind} ${detail}`
    let [low, high] = [this.#low, this.#high]
    for (let index = 0; index < line.length; index++) {
      const code = line.charCodeAt(index)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code, 0x85ebca6b)
    }
    this.#low = low
    this.#high = high
    this.#lines.push(line)
    if (this.#lines.length > 2 * keptLines) this.#lines = this.#lines.slice(-keptLines)
  }

  /** What comes later belongs to taking the world down. */
  end(): void {
    this.#isOn = false
    this.#lines = this.#lines.slice(-keptLines)
  }
}
