/** Locks over all tabs of an origin, as an argument (Web Locks where the browser has them). Advisory only: a lock may save work, never be needed for correctness. */
export interface Locks {
  /** Runs `work` once the lock is held and keeps it until `work` settles; `undefined` where it could not be had within `withinMs`. */
  hold<Result>(name: string, withinMs: number, work: () => Promise<Result>): Promise<Result | undefined>
}
