import type { RefusalCode } from '@helvino/protocol'
import type { Random } from '@helvino/runtime'
import type { Unavailable } from '../store/contract.ts'

/** An outcome that the caller is told about, by the code alone. */
export interface Refused {
  readonly kind: 'refused'
  readonly code: RefusalCode
  /** Whole seconds; set for every code that must carry `Retry-After`. */
  readonly retryAfterSeconds: number | undefined
  /** What to do about it, in one sentence. */
  readonly hint: string | undefined
}

export const refused = (code: RefusalCode, hint?: string): Refused => ({
  kind: 'refused',
  code,
  retryAfterSeconds: undefined,
  hint,
})

const leastWaitSeconds: Record<Unavailable['reason'], number> = {
  'queue-full': 1,
  busy: 2,
  closing: 2,
  failing: 10,
  'storage-full': 30,
}

/** A store that cannot take the write, as a refusal. 0 to 3 s are added, so that a refused crowd does not return as one. */
export function refusedByStore({ reason }: Unavailable, random: Random): Refused {
  return {
    kind: 'refused',
    code: reason === 'storage-full' ? 'storage_full' : 'unavailable',
    retryAfterSeconds: leastWaitSeconds[reason] + Math.floor(random.fraction() * 4),
    hint: undefined,
  }
}
