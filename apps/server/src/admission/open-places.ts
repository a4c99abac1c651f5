/** Gives the place back. Doing so twice gives back one. */
export type LeavePlace = () => void

/** How many of something one name has open at a time. Whoever has none open costs no memory. */
export class OpenPlaces {
  readonly #most: number
  readonly #open = new Map<string, number>()

  /** `most` 0: any number. */
  constructor(most: number) {
    this.#most = most
  }

  /** `undefined` where there is no place. `share`: of the places, that there are at this moment. */
  enter(name: string, share = 1): LeavePlace | undefined {
    const open = this.#open.get(name) ?? 0
    if (this.#most > 0 && open >= this.#most * share) return undefined
    this.#open.set(name, open + 1)
    let hasLeft = false
    return () => {
      if (hasLeft) return
      hasLeft = true
      const left = (this.#open.get(name) ?? 0) - 1
      if (left > 0) this.#open.set(name, left)
      else this.#open.delete(name)
    }
  }
}
