const dayMs = 86_400_000

/** What a day is called: today, yesterday, else its date; with the year where that is another one. */
export function dayName(atMs: number, nowMs: number, language: string): string {
  const start = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)
  const days = Math.round((start(atMs) - start(nowMs)) / dayMs)
  if (days === 0 || days === -1) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(!isThisYear && { year: 'numeric' }),
  }).format(atMs)
}
