/** How a person writes times: where they are, in their language. `undefined` means as the browser is set. */
export interface Locale {
  readonly language: string | undefined
  /** IANA name, for example `Europe/Zurich`. */
  readonly timeZone: string | undefined
}

const browserLocale: Locale = { language: undefined, timeZone: undefined }

/** The time for a moment of today, the day for an older one, the year too where it is another. Empty for what is no ISO 8601 time. */
export function formatWhen(iso: string, nowMs: number, { language, timeZone }: Locale = browserLocale): string {
  const atMs = Date.parse(iso)
  if (Number.isNaN(atMs)) return ''
  const part = (ms: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, { ...options, timeZone }).format(ms)
  const isSame = (options: Intl.DateTimeFormatOptions): boolean => part(atMs, options) === part(nowMs, options)
  if (isSame({ dateStyle: 'short' })) return part(atMs, { timeStyle: 'short' })
  if (isSame({ year: 'numeric' })) return part(atMs, { day: 'numeric', month: 'short' })
  return part(atMs, { dateStyle: 'medium' })
}

/** The time of day alone. */
export function formatTime(iso: string, { language, timeZone }: Locale = browserLocale): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone }).format(Date.parse(iso))
}

/** Day and time in full, for who wants to know exactly. */
export function formatFull(iso: string, { language, timeZone }: Locale = browserLocale): string {
  const atMs = Date.parse(iso)
  if (Number.isNaN(atMs)) return ''
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium', timeZone }).format(atMs)
}
