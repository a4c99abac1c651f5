import { defaultWidgetConfig, type OrgSettings } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { changeOf, usualHours, wrongFields } from './widget-edit.ts'

const { aiEnabled: _, ...config } = defaultWidgetConfig
const saved: OrgSettings = { name: 'Hearth & Clay', ...config }

describe('what was edited of the settings', () => {
  it('[SET4] sends what is different from what is saved, and nothing that was put back', () => {
    expect(changeOf(saved, { name: 'Hearth & Clay', theme: { primaryColor: '#2563eb' } })).toEqual({})
    expect(changeOf(saved, { name: 'Hearth', greeting: '', officeHours: null })).toEqual({ name: 'Hearth' })
    const officeHours = usualHours('Europe/Zurich')
    expect(changeOf(saved, { officeHours })).toEqual({ officeHours })
    expect(changeOf({ ...saved, officeHours }, { officeHours: usualHours('Europe/Zurich') })).toEqual({})
  })

  it('[SET5] names every field that is wrong, down to the day', () => {
    expect(wrongFields({ name: 'Fine', greeting: 'Hello' })).toEqual([])
    const hours = usualHours('Europe/Zurich')
    const officeHours = { ...hours, days: { ...hours.days, tue: ['09:00', ''] as const } }
    expect(wrongFields({ name: ' ', theme: { primaryColor: 'blue' }, officeHours })).toEqual([
      'name',
      'theme.primaryColor',
      'officeHours.days.tue',
    ])
    expect(wrongFields({ greeting: 'x'.repeat(201) })).toEqual(['greeting'])
    expect(wrongFields({ officeHours: { ...hours, timeZone: 'Europe/Nowhere' } })).toEqual(['officeHours.timeZone'])
  })
})
