export interface SimEvent {
  readonly atMs: number
  /** Orders events of the same moment. */
  readonly tie: number
  /** Orders events of the same moment and tie: first come, first served. */
  readonly order: number
  readonly run: () => void
  isCancelled: boolean
}

function isBefore(left: SimEvent, right: SimEvent): boolean {
  if (left.atMs !== right.atMs) return left.atMs < right.atMs
  if (left.tie !== right.tie) return left.tie < right.tie
  return left.order < right.order
}

/** A binary heap by (moment, tie, order). A cancelled event stays in it until its moment, unseen. */
export class EventQueue {
  readonly #heap: SimEvent[] = []

  push(event: SimEvent): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]
      if (!parent || !isBefore(event, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = event
  }

  /** The next event that is not cancelled, left in place. */
  peek(): SimEvent | undefined {
    while (this.#heap[0]?.isCancelled) this.#removeFirst()
    return this.#heap[0]
  }

  pop(): SimEvent | undefined {
    const first = this.peek()
    if (first) this.#removeFirst()
    return first
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let index = 0
    for (;;) {
      const left = heap[2 * index + 1]
      const right = heap[2 * index + 2]
      const isRightFirst = left !== undefined && right !== undefined && isBefore(right, left)
      const child = isRightFirst ? right : left
      if (!child || !isBefore(child, last)) break
      heap[index] = child
      index = 2 * index + (isRightFirst ? 2 : 1)
    }
    heap[index] = last
  }
}
