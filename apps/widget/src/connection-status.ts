import type { DeliveryHealth } from '@helvino/client'
import type { Clock } from '@helvino/runtime'

/** `refreshing`: a write waits for a token. `error`: sending has just begun to fail, and is retried. */
export type ConnectionStatus = 'refreshing' | 'error' | null

/** A blue banner that came is seen, and not a flicker. */
const shortestBlueMs = 400

/** What the banner depends on. Instants are monotonic ms. */
interface StatusMemory {
  readonly delivery: DeliveryHealth
  /** The wait that the blue banner stands for has not ended. */
  readonly isBlueHeld: boolean
  /** Blue at least until here. */
  readonly blueUntilAtMs: number
  /** Where the red banner of the present outage begins; `undefined` outside an outage. */
  readonly redFromAtMs: number | undefined
}

const restingStatus: StatusMemory = {
  delivery: { isWaitingForToken: false, isFailing: false },
  isBlueHeld: false,
  blueUntilAtMs: -Infinity,
  redFromAtMs: undefined,
}

/** Takes in how the sending goes. A wait that begins during an outage shows nothing: its message says that it waits. */
function heard(memory: StatusMemory, delivery: DeliveryHealth, atMs: number): StatusMemory {
  const { isWaitingForToken, isFailing } = delivery
  const isBlueBegun = isWaitingForToken && !memory.delivery.isWaitingForToken && !isFailing
  const blueUntilAtMs = isBlueBegun ? atMs + shortestBlueMs : memory.blueUntilAtMs
  const redFromAtMs = memory.redFromAtMs ?? Math.max(atMs, blueUntilAtMs)
  return {
    delivery,
    isBlueHeld: isBlueBegun || (memory.isBlueHeld && isWaitingForToken && !isFailing),
    blueUntilAtMs,
    redFromAtMs: isFailing ? redFromAtMs : undefined,
  }
}

function statusAt(memory: StatusMemory, atMs: number, errorClearMs: number): ConnectionStatus {
  const { isBlueHeld, blueUntilAtMs, redFromAtMs } = memory
  if (isBlueHeld || atMs < blueUntilAtMs) return 'refreshing'
  const isRed = redFromAtMs !== undefined && atMs >= redFromAtMs && atMs < redFromAtMs + errorClearMs
  return isRed ? 'error' : null
}

/** The next moment at which the banner changes though nothing is heard. */
function nextChangeAtMs(memory: StatusMemory, atMs: number, errorClearMs: number): number | undefined {
  const { isBlueHeld, blueUntilAtMs, redFromAtMs } = memory
  if (!isBlueHeld && atMs < blueUntilAtMs) return blueUntilAtMs
  const clearedAtMs = redFromAtMs === undefined ? -Infinity : redFromAtMs + errorClearMs
  return atMs < clearedAtMs ? clearedAtMs : undefined
}

export interface StatusWatch {
  readonly clock: Clock
  /** How long the red banner stands, in ms. */
  readonly errorClearMs: number
  /** Tells how the sending goes, at every change. Returns the unsubscribe. */
  readonly subscribe: (listener: (delivery: DeliveryHealth) => void) => () => void
  readonly onStatus: (status: ConnectionStatus) => void
}

/** Tells every change of the banner, until the returned function is called. */
export function watchConnectionStatus({ clock, errorClearMs, subscribe, onStatus }: StatusWatch): () => void {
  let memory = restingStatus
  let status: ConnectionStatus = null
  let cancel: (() => void) | undefined
  const show = () => {
    cancel?.()
    const nowMs = clock.monotonicMs()
    const next = statusAt(memory, nowMs, errorClearMs)
    const changeAtMs = nextChangeAtMs(memory, nowMs, errorClearMs)
    cancel = changeAtMs === undefined ? undefined : clock.startTimer(changeAtMs - nowMs, show)
    if (next === status) return
    status = next
    onStatus(next)
  }
  const unsubscribe = subscribe((delivery) => {
    const known = memory.delivery
    if (known.isFailing === delivery.isFailing && known.isWaitingForToken === delivery.isWaitingForToken) return
    memory = heard(memory, delivery, clock.monotonicMs())
    show()
  })
  return () => {
    unsubscribe()
    cancel?.()
  }
}
