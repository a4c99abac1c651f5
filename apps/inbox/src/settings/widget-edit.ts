import { decodeSettingsChange, type OfficeHours, type OrgSettings } from '@helvino/protocol'

export type SettingsEdit = Partial<OrgSettings>

/** Of what was edited only what is different from what is saved. */
export function changeOf(saved: OrgSettings, edit: SettingsEdit): SettingsEdit {
  const isSame = (field: string, value: unknown) =>
    JSON.stringify(value) === JSON.stringify(saved[field as keyof OrgSettings])
  return Object.fromEntries(Object.entries(edit).filter(([field, value]) => !isSame(field, value)))
}

/** Every field that the server would refuse, as it names them: it tells of the first one only. */
export function wrongFields(change: SettingsEdit): readonly string[] {
  return Object.entries(change).flatMap(([field, value]) => {
    const read = decodeSettingsChange({ [field]: value })
    return read.kind === 'bad' ? [read.field] : []
  })
}

const usual = ['09:00', '17:00'] as const

/** What office hours begin with: the usual week, where the admin is. */
export const usualHours = (timeZone: string): OfficeHours => ({
  timeZone,
  days: { mon: usual, tue: usual, wed: usual, thu: usual, fri: usual, sat: null, sun: null },
})
