import type { OfficeHours, OpenHours } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { asAnybodySees, createFindAvailability } from './availability.ts'
import { defaultWidgetConfig } from '@helvino/protocol'

const closed = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null }
const hoursOf = (days: Partial<OfficeHours['days']>, timeZone = 'Europe/Madrid'): OfficeHours => ({
  timeZone,
  days: { ...closed, ...days },
})
const workdays = (hours: OpenHours) => ({ mon: hours, tue: hours, wed: hours, thu: hours, fri: hours })
const daily = (hours: OpenHours) => ({ ...workdays(hours), sat: hours, sun: hours })

const findAvailability = createFindAvailability()
const at = (officeHours: OfficeHours | null, instant: string) => findAvailability(officeHours, Date.parse(instant))
const open = { isOpen: true, opensAt: null }
const opensAt = (instant: string) => ({ isOpen: false, opensAt: new Date(instant).toISOString() })

describe('availability', () => {
  it('[OH1] is always there without office hours, and never where no day has any', () => {
    expect(at(null, '2026-06-03T02:00:00Z')).toEqual(open)
    expect(at(hoursOf({}), '2026-06-03T10:00:00Z')).toEqual({ isOpen: false, opensAt: null })
  })

  it('[OH2] goes by the wall clock of the zone, its opening minute within and its closing minute not', () => {
    const hours = hoursOf(workdays(['09:00', '17:30']))
    // A Wednesday in summer: Madrid is two hours ahead.
    expect(at(hours, '2026-06-03T06:59:59Z')).toEqual(opensAt('2026-06-03T07:00:00Z'))
    expect(at(hours, '2026-06-03T07:00:00Z')).toEqual(open)
    expect(at(hours, '2026-06-03T15:29:59Z')).toEqual(open)
    expect(at(hours, '2026-06-03T15:30:00Z')).toEqual(opensAt('2026-06-04T07:00:00Z'))
    // Friday evening: Monday is next.
    expect(at(hours, '2026-06-05T16:00:00Z')).toEqual(opensAt('2026-06-08T07:00:00Z'))
    // The zone's day is not that of UTC.
    const tokyo = hoursOf({ thu: ['00:30', '01:00'] }, 'Asia/Tokyo')
    expect(at(tokyo, '2026-06-03T15:40:00Z')).toEqual(open)
    const kathmandu = hoursOf({ wed: ['09:00', '10:00'] }, 'Asia/Kathmandu')
    expect(at(kathmandu, '2026-06-03T03:00:00Z')).toEqual(opensAt('2026-06-03T03:15:00Z'))
  })

  it('[OH3] keeps hours that reach over midnight open, and a whole day where both times are the same', () => {
    const night = hoursOf({ fri: ['22:00', '02:00'] })
    expect(at(night, '2026-06-05T19:59:00Z')).toEqual(opensAt('2026-06-05T20:00:00Z'))
    expect(at(night, '2026-06-05T22:30:00Z')).toEqual(open)
    expect(at(night, '2026-06-06T00:00:00Z')).toEqual(opensAt('2026-06-12T20:00:00Z'))
    const untilMidnight = hoursOf({ fri: ['18:00', '00:00'] })
    expect(at(untilMidnight, '2026-06-05T21:59:59Z')).toEqual(open)
    expect(at(untilMidnight, '2026-06-05T22:00:00Z')).toEqual(opensAt('2026-06-12T16:00:00Z'))
    const always = hoursOf(daily(['00:00', '00:00']))
    for (const instant of ['2026-06-05T21:59:59Z', '2026-06-05T22:00:00Z', '2026-06-06T10:00:00Z'])
      expect(at(always, instant)).toEqual(open)
  })

  it('[OH4] opens at the hour that people read on the clock, before and after it changes', () => {
    const hours = hoursOf({ ...daily(['09:00', '17:00']), sun: null })
    // Summer begins on Sunday, 29 March 2026, at 01:00 UTC: Saturday opens an hour later by UTC than Monday.
    expect(at(hours, '2026-03-28T07:59:00Z')).toEqual(opensAt('2026-03-28T08:00:00Z'))
    expect(at(hours, '2026-03-28T16:30:00Z')).toEqual(opensAt('2026-03-30T07:00:00Z'))
    // And ends on Sunday, 25 October 2026.
    expect(at(hours, '2026-10-24T15:30:00Z')).toEqual(opensAt('2026-10-26T08:00:00Z'))
    const newYork = hoursOf(daily(['09:00', '17:00']), 'America/New_York')
    expect(at(newYork, '2026-03-08T00:00:00Z')).toEqual(opensAt('2026-03-08T13:00:00Z'))
    expect(at(newYork, '2026-11-01T00:00:00Z')).toEqual(opensAt('2026-11-01T14:00:00Z'))
  })

  it('[OH5] opens when the clock jumps over its hour, and by the first of two', () => {
    // From 02:00 the clock goes on at 03:00.
    const missing = hoursOf({ sun: ['02:30', '05:00'] })
    expect(at(missing, '2026-03-29T00:59:00Z')).toEqual(opensAt('2026-03-29T01:00:00Z'))
    expect(at(missing, '2026-03-29T01:00:00Z')).toEqual(open)
    // From 03:00 it goes back to 02:00.
    const twice = hoursOf({ sun: ['02:30', '05:00'] })
    expect(at(twice, '2026-10-25T00:29:00Z')).toEqual(opensAt('2026-10-25T00:30:00Z'))
    expect(at(twice, '2026-10-25T01:10:00Z')).toEqual(open)
    expect(at(twice, '2026-10-25T03:59:00Z')).toEqual(open)
    expect(at(twice, '2026-10-25T04:00:00Z')).toEqual(opensAt('2026-11-01T01:30:00Z'))
    // A midnight that the clock leaves out: in Santiago it is one o'clock at once.
    const santiago = hoursOf({ sun: ['00:00', '08:00'] }, 'America/Santiago')
    expect(at(santiago, '2026-09-06T03:59:00Z')).toEqual(opensAt('2026-09-06T04:00:00Z'))
  })

  it('[OH6] is all that anybody is told of the office hours', () => {
    const config = { ...defaultWidgetConfig, officeHours: hoursOf(workdays(['09:00', '17:30'])) }
    const seen = asAnybodySees(config, findAvailability, Date.parse('2026-06-03T10:00:00Z'))
    expect(seen).not.toHaveProperty('officeHours')
    expect(seen).toEqual({
      ...defaultWidgetConfig,
      officeHours: undefined,
      retentionDays: undefined,
      availability: open,
    })
  })
})
