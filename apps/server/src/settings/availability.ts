import {
  type Availability,
  type OfficeHours,
  weekdays,
  type WidgetConfig,
  type PublicWidgetConfig,
} from '@helvino/protocol'

const minuteMs = 60_000
const dayMs = 86_400_000

/** What the wall clock of a zone shows at an instant, as ms since the epoch of a clock that knows no zones. */
type WallOf = (instantMs: number) => number

/** Zones that are kept; of one more, all are made anew. */
const maxZones = 100

function createWall(timeZone: string): WallOf {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  return (instantMs) => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]))
    const at = (part: Intl.DateTimeFormatPartTypes) => parts.get(part) ?? 0
    return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'))
  }
}

/**
 * The first instant at which the wall clock shows this, in whole minutes. A time that the clock leaves out, where summer begins, is the moment at
 * which it jumps; one that it shows twice is the first of both.
 */
function instantOf(wallMs: number, wallOf: WallOf): number {
  const offsetAt = (instantMs: number) => wallOf(instantMs) - instantMs
  // No zone is further from UTC than 14 hours, and none changes its offset twice within two days.
  const candidates = [wallMs - offsetAt(wallMs - dayMs), wallMs - offsetAt(wallMs + dayMs)]
  const shown = candidates.filter((instantMs) => wallOf(instantMs) === wallMs)
  if (shown.length > 0) return Math.min(...shown)
  let [early, late] = [Math.min(...candidates), Math.max(...candidates)]
  while (late - early > minuteMs) {
    const middle = early + Math.floor((late - early) / 2 / minuteMs) * minuteMs
    if (wallOf(middle) >= wallMs) late = middle
    else early = middle
  }
  return late
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** The hours of the day on which the wall clock shows `midnightMs`, as instants; `undefined` where nobody is there. */
function hoursOn(midnightMs: number, { days }: OfficeHours, wallOf: WallOf) {
  // Monday is the first of our week, and the second of `Date`'s.
  const day = weekdays[(new Date(midnightMs).getUTCDay() + 6) % 7]
  const hours = day && days[day]
  if (!hours) return undefined
  const [open, close] = hours.map(minutesOf) as [number, number]
  const endsLater = close <= open ? dayMs : 0
  return {
    openMs: instantOf(midnightMs + open * minuteMs, wallOf),
    closeMs: instantOf(midnightMs + close * minuteMs + endsLater, wallOf),
  }
}

export type FindAvailability = (officeHours: OfficeHours | null, nowMs: number) => Availability

/** Whether somebody is there at this moment, by the wall clock of the organisation's zone. */
export function createFindAvailability(): FindAvailability {
  // Making one takes longer than all that is asked of it.
  const walls = new Map<string, WallOf>()
  const findWall = (timeZone: string): WallOf => {
    const known = walls.get(timeZone)
    if (known) return known
    if (walls.size >= maxZones) walls.clear()
    const wallOf = createWall(timeZone)
    walls.set(timeZone, wallOf)
    return wallOf
  }

  return (officeHours, nowMs) => {
    if (!officeHours) return { isOpen: true, opensAt: null }
    const wallOf = findWall(officeHours.timeZone)
    const todayMs = Math.floor(wallOf(nowMs) / dayMs) * dayMs
    // From yesterday, whose hours may reach over midnight, to the same day of the next week. The first that has not ended decides.
    for (let offset = -1; offset <= 7; offset += 1) {
      const hours = hoursOn(todayMs + offset * dayMs, officeHours, wallOf)
      if (!hours || hours.closeMs <= nowMs) continue
      return hours.openMs <= nowMs
        ? { isOpen: true, opensAt: null }
        : { isOpen: false, opensAt: new Date(hours.openMs).toISOString() }
    }
    return { isOpen: false, opensAt: null }
  }
}

/** The settings as anybody may read them. */
export function asAnybodySees(
  { officeHours, retentionDays: _, ...config }: WidgetConfig,
  findAvailability: FindAvailability,
  nowMs: number,
): PublicWidgetConfig {
  return { ...config, availability: findAvailability(officeHours, nowMs) }
}
