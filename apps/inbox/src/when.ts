/** How a person writes times: where they are, in their language. `undefined` means as the browser is set. */
export interface Locale {
  readonly language: string | undefined
  /** IANA name, for example `Europe/Zurich`. */
  readonly timeZone: string | undefined
}

/** The ways in which a moment is written. Making one takes longer than drawing a message: they are made once. */
export function formatsOf({ language, timeZone }: Locale) {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...options, timeZone })
  return {
    date: format({ dateStyle: 'short' }),
    year: format({ year: 'numeric' }),
    time: format({ timeStyle: 'short' }),
    day: format({ day: 'numeric', month: 'short' }),
    weekday: format({ weekday: 'short', day: 'numeric', month: 'short' }),
    dayOfYear: format({ dateStyle: 'medium' }),
    full: format({ dateStyle: 'full', timeStyle: 'short' }),
  }
}

const dayMs = 24 * 60 * 60_000

/** Two moments that a format writes alike are in the same day, or year. */
const isSame = (format: Intl.DateTimeFormat, atMs: number, otherMs: number): boolean =>
  format.format(atMs) === format.format(otherMs)

const browserFormats = formatsOf({ language: undefined, timeZone: undefined })

/** The time for a moment of today, the day for an older one, the year too where it is another. Empty for what is no ISO 8601 time. */
export function formatWhen(iso: string, nowMs: number, formats = browserFormats): string {
  const atMs = Date.parse(iso)
  if (Number.isNaN(atMs)) return ''
  if (isSame(formats.date, atMs, nowMs)) return formats.time.format(atMs)
  return (isSame(formats.year, atMs, nowMs) ? formats.day : formats.dayOfYear).format(atMs)
}

/** The day of a moment, as a heading says it: one of this year with its day of the week. */
export function formatDay(
  iso: string,
  nowMs: number,
  { today, yesterday }: { readonly today: string; readonly yesterday: string },
  formats = browserFormats,
): string {
  const atMs = Date.parse(iso)
  if (Number.isNaN(atMs)) return ''
  if (isSame(formats.date, atMs, nowMs)) return today
  if (isSame(formats.date, atMs, nowMs - dayMs)) return yesterday
  return (isSame(formats.year, atMs, nowMs) ? formats.weekday : formats.dayOfYear).format(atMs)
}

/** The time of day alone. Empty for what is no ISO 8601 time. */
export function formatTime(iso: string, formats = browserFormats): string {
  const atMs = Date.parse(iso)
  return Number.isNaN(atMs) ? '' : formats.time.format(atMs)
}

/** Day and time in full, for who wants to know exactly. */
export function formatFull(iso: string): string {
  const atMs = Date.parse(iso)
  return Number.isNaN(atMs) ? '' : browserFormats.full.format(atMs)
}
