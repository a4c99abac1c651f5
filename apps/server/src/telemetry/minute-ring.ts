import { limits } from '@helvino/protocol'
import { cellCount } from './cells.ts'

const blockMinutes = 60
// One more than the hours that are kept: the oldest of them is only partly over.
const blockCount = Math.ceil(limits.healthMinutes / blockMinutes) + 1
const mostInCell = 0xffff

/** Bytes that one ring holds when every hour has seen something. */
export const ringBytes = blockCount * blockMinutes * cellCount * Uint16Array.BYTES_PER_ELEMENT

interface Block {
  hour: number
  readonly cells: Uint16Array
}

/**
 * The counters of one organisation, minute by minute, for as long as figures are kept. An hour's block is made when the hour first sees
 * something, and used again for the hour that takes its place; a counter that is full stays full.
 */
export class MinuteRing {
  readonly #blocks: (Block | undefined)[] = []

  /** `minute` counts from the Unix epoch. */
  add(minute: number, cell: number, count: number): void {
    const cells = this.#blockFor(Math.floor(minute / blockMinutes)).cells
    const at = (minute % blockMinutes) * cellCount + cell
    cells[at] = Math.min(mostInCell, (cells[at] ?? 0) + count)
  }

  /** Adds the minutes from `first` to `last`, both included, to `sums`, cell by cell. */
  addTo(sums: Float64Array, first: number, last: number): void {
    for (let minute = first; minute <= last; minute++) {
      const hour = Math.floor(minute / blockMinutes)
      const block = this.#blocks[hour % blockCount]
      if (block?.hour !== hour) {
        // Nothing was counted in that hour: on to its last minute.
        minute = (hour + 1) * blockMinutes - 1
        continue
      }
      const start = (minute % blockMinutes) * cellCount
      for (let cell = 0; cell < cellCount; cell++) sums[cell] = (sums[cell] ?? 0) + (block.cells[start + cell] ?? 0)
    }
  }

  /** What it holds now. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.cells.byteLength ?? 0), 0)
  }

  #blockFor(hour: number): Block {
    const index = hour % blockCount
    const known = this.#blocks[index]
    if (!known) {
      const made = { hour, cells: new Uint16Array(blockMinutes * cellCount) }
      this.#blocks[index] = made
      return made
    }
    if (known.hour !== hour) {
      known.hour = hour
      known.cells.fill(0)
    }
    return known
  }
}
