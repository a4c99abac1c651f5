import type { TokenEvent } from '@helvino/token/core'

/** How the sending of our own messages goes, over all conversations. */
export interface DeliveryHealth {
  /** A write waits for a token to be renewed. */
  readonly isWaitingForToken: boolean
  /** The last try of a write, or the renewal that it waits for, got no answer. Something retries for as long as this is true. */
  readonly isFailing: boolean
}

export const healthyDelivery: DeliveryHealth = { isWaitingForToken: false, isFailing: false }

/** Watches writes and the renewals that they wait for. A renewal that nobody waits for may fail unseen. */
export class DeliveryWatch {
  readonly #isPending: () => boolean
  readonly #onChange: (health: DeliveryHealth) => void
  #health = healthyDelivery
  #waiting = 0
  #isRenewalFailing = false
  /** Until a write is answered: a token that is renewed in between ends no outage of the writes. */
  #isWriteFailing = false

  /** `isPending`: whether anything is still to be sent. */
  constructor(isPending: () => boolean, onChange: (health: DeliveryHealth) => void) {
    this.#isPending = isPending
    this.#onChange = onChange
  }

  /** One more (+1) or one fewer (-1) write waits for a token. */
  countWaiting(change: 1 | -1): void {
    this.#waiting += change
    this.look()
  }

  hearAttempt(isAnswered: boolean): void {
    this.#isWriteFailing = !isAnswered
    this.look()
  }

  hearRenewal(event: TokenEvent): void {
    if (event.type === 'renewed') this.#isRenewalFailing = false
    if (event.type === 'failed' && !event.isFinal && this.#waiting > 0) this.#isRenewalFailing = true
    this.look()
  }

  /** The outbox has changed. The last message may have been seen on the socket, or discarded: then nothing is retried any more. */
  look(): void {
    if (!this.#isPending()) this.#isRenewalFailing = this.#isWriteFailing = false
    const isWaitingForToken = this.#waiting > 0
    const isFailing = this.#isRenewalFailing || this.#isWriteFailing
    if (this.#health.isWaitingForToken === isWaitingForToken && this.#health.isFailing === isFailing) return
    this.#health = { isWaitingForToken, isFailing }
    this.#onChange(this.#health)
  }
}
