import { asRecord } from './record.ts'
import {
  expectedReplies,
  type OfficeHours,
  type OpenHours,
  type Weekday,
  weekdays,
  type WidgetConfig,
} from './widget-config.ts'

/** What an administrator may set of an organisation. */
export type OrgSettings = { readonly name: string } & Omit<WidgetConfig, 'aiEnabled'>

/** Characters (UTF-16 code units), and days. */
export const settingsLimits = {
  nameLength: 100,
  greetingLength: 200,
  greetingDetailLength: 400,
  retentionDays: 3_650,
} as const

/** Why a value is not taken: which field of the body, and what it has to be. */
export interface BadField {
  readonly kind: 'bad'
  readonly field: string
  readonly rule: string
}

type Read<Value> = { readonly kind: 'ok'; readonly value: Value } | BadField
type Reader<Value> = (value: unknown, field: string) => Read<Value>

const ok = <Value>(value: Value): Read<Value> => ({ kind: 'ok', value })
const bad = (field: string, rule: string): BadField => ({ kind: 'bad', field, rule })

const flag: Reader<boolean> = (value, field) =>
  typeof value === 'boolean' ? ok(value) : bad(field, 'is true or false')

function choice<Choice extends string | null>(value: unknown, field: string, choices: readonly Choice[]): Read<Choice> {
  const found = choices.find((each) => each === value)
  return found === undefined ? bad(field, `is one of ${choices.join(', ')}`) : ok(found)
}

/** Half a surrogate pair and control characters, the end of a line aside, are nothing that a person writes. */
const isText = (value: unknown, length: number): value is string =>
  typeof value === 'string' && value.length <= length && !/\p{Cs}|(?!\n)\p{Cc}/u.test(value)

const text = (value: unknown, field: string, length: number): Read<string> =>
  isText(value, length) ? ok(value.trim()) : bad(field, `is a text of at most ${length} characters`)

const name: Reader<string> = (value, field) =>
  isText(value, settingsLimits.nameLength) && value.trim() !== '' && !value.includes('\n')
    ? ok(value.trim())
    : bad(field, `is a line of 1 to ${settingsLimits.nameLength} characters`)

/** True of a BCP 47 tag. */
export function isLanguageTag(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 35) return false
  try {
    return Intl.getCanonicalLocales(value).length === 1
  } catch {
    // A RangeError is how a tag that is none is told.
    return false
  }
}

const language: Reader<string> = (value, field) =>
  value === 'auto' || isLanguageTag(value) ? ok(value) : bad(field, 'is "auto" or a language tag such as "en"')

const theme: Reader<OrgSettings['theme']> = (value, field) => {
  const color = asRecord(value)?.['primaryColor']
  return typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color)
    ? ok({ primaryColor: color.toLowerCase() })
    : bad(`${field}.primaryColor`, 'is a colour such as #2563eb')
}

function isTimeZone(value: unknown): value is string {
  // An offset such as "+01:00" is a zone to some engines, and knows no summer time.
  if (typeof value !== 'string' || value.length > 64 || !/^[a-z]/i.test(value)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    // A RangeError is how a zone that is none is told.
    return false
  }
}

const isTimeOfDay = (value: unknown): value is string =>
  typeof value === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value)

function readHours(value: unknown, field: string): Read<OpenHours | null> {
  if (value === null) return ok(null)
  const [open, close, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : []
  return isTimeOfDay(open) && isTimeOfDay(close) && more.length === 0
    ? ok([open, close])
    : bad(field, 'is null, or two times such as ["09:00", "17:30"]')
}

const officeHours: Reader<OfficeHours | null> = (value, field) => {
  if (value === null) return ok(null)
  const record = asRecord(value)
  const given = asRecord(record?.['days'])
  const timeZone = record?.['timeZone']
  if (!record) return bad(field, 'is null, or "timeZone" and "days"')
  if (!isTimeZone(timeZone)) return bad(`${field}.timeZone`, 'is a time zone such as "Europe/Madrid"')
  const days: Partial<Record<Weekday, OpenHours | null>> = {}
  for (const day of weekdays) {
    const hours = readHours(given?.[day], `${field}.days.${day}`)
    if (hours.kind === 'bad') return hours
    days[day] = hours.value
  }
  return ok({ timeZone, days: days as OfficeHours['days'] })
}

const retentionDays: Reader<number | null> = (value, field) => {
  const most = settingsLimits.retentionDays
  if (value === null) return ok(null)
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
    ? ok(value)
    : bad(field, `is null, or a whole number of days from 1 to ${most}`)
}

// Without a call, which bundlers take for an effect: the widget would carry all of this.
const readers: { readonly [Name in keyof OrgSettings]: Reader<OrgSettings[Name]> } = {
  name,
  widgetEnabled: flag,
  writeEnabled: flag,
  branding: flag,
  language,
  theme,
  position: (value, field) => choice(value, field, ['right', 'left']),
  greeting: (value, field) => text(value, field, settingsLimits.greetingLength),
  greetingDetail: (value, field) => text(value, field, settingsLimits.greetingDetailLength),
  colorScheme: (value, field) => choice(value, field, ['auto', 'light', 'dark']),
  askEmail: flag,
  officeHours,
  expectedReply: (value, field) => choice(value, field, [...expectedReplies, null]),
  retentionDays,
}

/** Body of `PUT /api/agent/settings`: the settings that are to be changed, strictly. A field that is not in the list is refused like a bad one. */
export function decodeSettingsChange(body: unknown): Read<Partial<OrgSettings>> {
  const record = asRecord(body)
  if (!record) return bad('', 'is a JSON object')
  const change: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(record)) {
    if (!Object.hasOwn(readers, field)) return bad(field, 'is no setting')
    const read = readers[field as keyof OrgSettings](value, field)
    if (read.kind === 'bad') return read
    change[field] = read.value
  }
  return ok(change as Partial<OrgSettings>)
}

/** Answer to `GET` and `PUT /api/agent/settings`; `undefined` where one of them is missing or malformed. */
export function decodeOrgSettings(value: unknown): OrgSettings | undefined {
  const record = asRecord(asRecord(value)?.['settings'])
  if (!record) return undefined
  const known = Object.fromEntries(Object.keys(readers).map((field) => [field, record[field]]))
  const read = decodeSettingsChange(known)
  return read.kind === 'ok' ? (read.value as OrgSettings) : undefined
}
