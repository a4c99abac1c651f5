import { asRecord } from '@helvino/protocol'

/**
 * What a site owner may set, with its default. Each is an attribute of the script tag (`data-buffer-ms`, `data-error-clear-ms`) or a field of
 * `window.helvinoSettings`, which is preferred. A value out of range is brought into it, and the console says so.
 */
export interface Tuning {
  /** Writes wait for a renewal this long before the token expires, in ms, 5,000 to 30,000. @defaultValue `15_000` */
  readonly bufferMs: number
  /** The red banner clears itself after this, in ms, 2,000 to 5,000. @defaultValue `3_000` */
  readonly errorClearMs: number
}

/** As the page wrote them: unchecked. */
export interface GivenTuning {
  /** `window.helvinoSettings`. */
  readonly settings: unknown
  /** The script tag's attribute of that name. */
  readonly attribute: (name: string) => string | null
}

export function readTuning({ settings, attribute }: GivenTuning, warn: (line: string) => void): Tuning {
  const readMs = (name: keyof Tuning, attributeName: string, leastMs: number, mostMs: number, usualMs: number) => {
    const given = asRecord(settings)?.[name] ?? attribute(attributeName)
    if (given === null) return usualMs
    const wishedMs = given === '' ? NaN : Number(given)
    const takenMs = Number.isNaN(wishedMs) ? usualMs : Math.min(mostMs, Math.max(leastMs, wishedMs))
    if (takenMs !== wishedMs)
      warn(`${name} must be ${leastMs} to ${mostMs}; ${takenMs} is used instead of ${JSON.stringify(given)}.`)
    return takenMs
  }
  return {
    bufferMs: readMs('bufferMs', 'data-buffer-ms', 5_000, 30_000, 15_000),
    errorClearMs: readMs('errorClearMs', 'data-error-clear-ms', 2_000, 5_000, 3_000),
  }
}
