import type { Clock } from '@helvino/runtime'
import type { StoreConnection } from './connection.ts'
import { run } from './work.ts'

/** Whoever asks more often, in ms, shares an answer: anybody can ask. */
const checkEveryMs = 1_000

/** Tries a real write, since a full or read-only disk still reads, of data that is still of this version's format. Never rejects. */
export function createReadiness(
  { statements, write, isOwnFormat }: StoreConnection,
  clock: Clock,
): () => Promise<boolean> {
  let checkedAtMs: number | undefined
  let answer = Promise.resolve(false)

  async function check(): Promise<boolean> {
    try {
      const result = await write({
        *start() {
          yield* run(statements.beat, { nowMs: clock.nowMs() })
          return { kind: 'written' } as const
        },
      })
      return result.kind === 'written' && (await isOwnFormat())
    } catch {
      // Whatever the reason: it does not write, which is the answer.
      return false
    }
  }

  return () => {
    const nowMs = clock.monotonicMs()
    if (checkedAtMs !== undefined && nowMs - checkedAtMs < checkEveryMs) return answer
    checkedAtMs = nowMs
    answer = check()
    return answer
  }
}
