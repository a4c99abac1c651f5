/** Locks over all tabs of an origin, as an argument (Web Locks where the browser has them). Advisory only: a lock may save work, never be needed for correctness. */
export interface Locks {
  /**
   * Runs `work` where the lock is free now, and keeps it until `work` settles; gives `undefined` where somebody else holds it. Never queues, so
   * that a holder that froze keeps nobody waiting. Rejects only with what `work` rejects with.
   */
  holdIfFree<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined>
}
