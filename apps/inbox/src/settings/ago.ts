const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** How long ago something was, in the largest unit that is whole: "2 minutes ago". What is younger than a minute, or not yet, is now. */
export function ago(iso: string, nowMs: number, language?: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const seconds = (nowMs - Date.parse(iso)) / 1_000
  for (const [unit, length] of steps) if (seconds >= length) return format.format(-Math.floor(seconds / length), unit)
  return format.format(0, 'second')
}
