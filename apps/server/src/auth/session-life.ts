/** A login ends seven days after it was last used (`login-library.ts`), and after so long however often it is, ms: who has found a laptop has it no longer. */
const longestMs = 30 * 24 * 60 * 60 * 1_000

/** `startedAt` as the database gives it: a text in SQLite, a `Date` in PostgreSQL. */
export const isOverdue = (startedAt: string | Date, nowMs: number): boolean =>
  !(nowMs - new Date(startedAt).getTime() < longestMs)
