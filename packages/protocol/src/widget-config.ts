import { asRecord, asString } from './record.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/** From when to when somebody is there, as `HH:MM` of the zone's wall clock. One that ends no later than it begins ends on the next day. */
export type OpenHours = readonly [open: string, close: string]

/** When somebody is there to answer, in a week. */
export interface OfficeHours {
  /** IANA name, for example `Europe/Madrid`. */
  readonly timeZone: string
  /** `null`: nobody is there that day. */
  readonly days: Readonly<Record<Weekday, OpenHours | null>>
}

/** Whether somebody is there to answer, as the server knew it when it was asked. */
export interface Availability {
  readonly isOpen: boolean
  /** When somebody is there again: ISO 8601, UTC; `null` while it is open, and where nobody ever is. */
  readonly opensAt: string | null
}

export const expectedReplies = ['minutes', 'hours', 'day'] as const
export type ExpectedReply = (typeof expectedReplies)[number]

/** An organisation's settings of the widget, as they are kept. */
export interface WidgetConfig {
  readonly widgetEnabled: boolean
  readonly writeEnabled: boolean
  readonly aiEnabled: boolean
  /** BCP 47 tag, for example `en`, or `auto`: the visitor's own. */
  readonly language: string
  readonly theme: { readonly primaryColor: string }
  /** Shows "Powered by Helvino" under the composer. */
  readonly branding: boolean
  readonly position: 'right' | 'left'
  /** What a visitor reads first, and below it; empty: the widget's own words, in the visitor's language. */
  readonly greeting: string
  readonly greetingDetail: string
  readonly colorScheme: 'auto' | 'light' | 'dark'
  /** Asks the visitor for an e-mail address. */
  readonly askEmail: boolean
  /** `null`: always. */
  readonly officeHours: OfficeHours | null
  /** How soon an answer may be expected; `null`: nothing is said of it. */
  readonly expectedReply: ExpectedReply | null
  /** Conversations in which nothing was said for so many days are deleted, 1 to `settingsLimits.retentionDays`; `null`: none ever. */
  readonly retentionDays: number | null
}

/** The settings as anybody may read them: whether somebody is there, and not when people work or what is kept. */
export type PublicWidgetConfig = Omit<WidgetConfig, 'officeHours' | 'retentionDays'> & {
  readonly availability: Availability
}

/** What a new organisation begins with, and what holds where an older version has kept nothing. */
export const defaultWidgetConfig: WidgetConfig = {
  widgetEnabled: true,
  writeEnabled: true,
  aiEnabled: false,
  language: 'auto',
  theme: { primaryColor: '#2563eb' },
  branding: true,
  position: 'right',
  greeting: '',
  greetingDetail: '',
  colorScheme: 'auto',
  askEmail: false,
  officeHours: null,
  expectedReply: null,
  retentionDays: null,
}

/** How the widget looks and greets. */
export type WidgetLook = Pick<
  PublicWidgetConfig,
  'position' | 'greeting' | 'greetingDetail' | 'colorScheme' | 'askEmail' | 'expectedReply' | 'availability'
>

const oneOf = <Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined =>
  choices.find((choice) => choice === value)

function decodeAvailability(value: unknown): Availability {
  const record = asRecord(value)
  const isOpen = record?.['isOpen'] !== false
  const opensAt = asString(record?.['opensAt'])
  const isTime = !isOpen && opensAt !== undefined && !Number.isNaN(Date.parse(opensAt))
  return { isOpen, opensAt: isTime ? opensAt : null }
}

/**
 * How the widget looks and greets, of a bootloader's `config` as it came. What an older server does not send is as by default. Apart from
 * `decodeBootloader`, so that only what shows it carries it.
 */
export function decodeWidgetLook(config: unknown): WidgetLook {
  const record = asRecord(config) ?? {}
  return {
    position: oneOf(record['position'], ['right', 'left']) ?? 'right',
    greeting: asString(record['greeting']) ?? '',
    greetingDetail: asString(record['greetingDetail']) ?? '',
    colorScheme: oneOf(record['colorScheme'], ['auto', 'light', 'dark']) ?? 'auto',
    askEmail: record['askEmail'] === true,
    expectedReply: oneOf(record['expectedReply'], expectedReplies) ?? null,
    availability: decodeAvailability(record['availability']),
  }
}
