import { asRecord } from '@helvino/protocol'
import type { HelvinoSettings } from '@helvino/widget-package'
import { usualTuning } from './usual-tuning.ts'

/** What was given, made into what is used. `undefined`: it makes no sense, and is left out. */
type Read = (given: unknown) => unknown

interface SettingRow {
  readonly attribute: string
  /** What it may be, in words. */
  readonly takes: string
  readonly read: Read
}

const oneOf = (...words: readonly string[]): Pick<SettingRow, 'takes' | 'read'> => ({
  takes: words.join(' or '),
  read: (given) => (words.includes(String(given)) ? given : undefined),
})

const like = (takes: string, pattern: RegExp): Pick<SettingRow, 'takes' | 'read'> => ({
  takes,
  read: (given) => (typeof given === 'string' && pattern.test(given) ? given : undefined),
})

/** An attribute without a value is a yes. */
const flag: Pick<SettingRow, 'takes' | 'read'> = {
  takes: 'on or off',
  read(given) {
    if ([true, '', 'on', 'true'].includes(given as string)) return true
    return [false, 'off', 'false'].includes(given as string) ? false : undefined
  },
}

const numberFrom = (least: number, most: number, usual?: number): Pick<SettingRow, 'takes' | 'read'> => ({
  takes: `${least} to ${most}`,
  read(given) {
    const wished = given === '' ? NaN : Number(given)
    return Number.isNaN(wished) ? usual : Math.min(most, Math.max(least, wished))
  },
})

/** Every setting of a page, with the attribute of the script tag that says the same. */
export const faceSettings: Readonly<Record<keyof HelvinoSettings, SettingRow>> = {
  locale: { attribute: 'data-locale', ...like('a language tag such as "de"', /^[a-z]{2,3}(-[a-z\d]{1,8})*$/i) },
  theme: { attribute: 'data-theme', ...oneOf('light', 'dark', 'auto') },
  position: { attribute: 'data-position', ...oneOf('left', 'right') },
  color: { attribute: 'data-color', ...like('a colour such as "#2563eb"', /^#[\da-f]{6}$/i) },
  hideLauncher: { attribute: 'data-hide-launcher', ...flag },
  zIndex: { attribute: 'data-z-index', ...numberFrom(1, 2_147_483_647) },
  sound: { attribute: 'data-sound', ...flag },
  telemetry: { attribute: 'data-telemetry', ...flag },
  bufferMs: { attribute: 'data-buffer-ms', ...numberFrom(5_000, 30_000, usualTuning.bufferMs) },
  errorClearMs: { attribute: 'data-error-clear-ms', ...numberFrom(2_000, 5_000, usualTuning.errorClearMs) },
}

/** As the page wrote them: unchecked. */
export interface GivenSettings {
  /** What `boot` or `update` was given, else `window.helvinoSettings`. */
  readonly settings: unknown
  /** The script tag's attribute of that name. */
  readonly attribute: (name: string) => string | null
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** What the page has set, checked. A field is preferred to its attribute. What is out of range is brought into it, and `warn` hears so. */
export function readSettings({ settings, attribute }: GivenSettings, warn: (line: string) => void): HelvinoSettings {
  const given = asRecord(settings)
  const entries = Object.entries(faceSettings).flatMap(([name, row]) => {
    const value = given?.[name] ?? attribute(row.attribute) ?? undefined
    if (value === undefined) return []
    const used = row.read(value)
    const isTaken = textOf(used) === textOf(value) || typeof used === 'boolean'
    const instead = used === undefined ? 'it is left out' : `${textOf(used)} is used`
    if (!isTaken) warn(`${name} must be ${row.takes}; ${instead} instead of ${JSON.stringify(value)}.`)
    return used === undefined ? [] : [[name, used] as const]
  })
  return Object.fromEntries(entries)
}
