import type { AuditAction, AuditChange } from '@helvino/protocol'

type Sentence = (subject: string) => string

const acts: Readonly<Record<AuditAction, Sentence>> = {
  login: () => 'Logged in',
  login_failed: (subject) => `A login as ${subject} failed`,
  logout: () => 'Logged out',
  sessions_ended: () => 'Signed out on other devices',
  password_changed: () => 'Changed their password',
  two_factor_on: () => 'Turned two-factor login on',
  two_factor_off: () => 'Turned two-factor login off',
  two_factor_demand_changed: () => 'Changed who needs two-factor login',
  invitation_made: (subject) => `Invited ${subject}`,
  invitation_withdrawn: (subject) => `Revoked the invitation of ${subject}`,
  invitation_accepted: () => 'Joined the team',
  role_changed: (subject) => `Changed the role of ${subject}`,
  member_removed: (subject) => `Removed ${subject} from the team`,
  member_signed_out: (subject) => `Signed ${subject} out everywhere`,
  visitors_signed_out: () => 'Signed every visitor out',
  settings_changed: () => 'Changed settings',
  site_allowed: (subject) => `Allowed ${subject}`,
  site_removed: (subject) => `Removed ${subject} from the sites`,
  identity_secret_rotated: () => 'Made a new identity secret',
  data_exported: (subject) => (subject ? `Exported data of ${subject}` : 'Exported data'),
  data_deleted: (subject) => (subject ? `Deleted data of ${subject}` : 'Deleted data'),
}

const fields: Readonly<Record<string, string>> = {
  role: 'role',
  scope: 'which ones',
  name: 'name of the organisation',
  theme: 'colour',
  position: 'side of the page',
  greetingDetail: 'second line',
  colorScheme: 'colour scheme',
  officeHours: 'office hours',
  expectedReply: 'usual time of reply',
  askEmail: 'ask for an e-mail address',
  branding: '“Powered by Helvino”',
  widgetEnabled: 'show the chat',
  demandsTwoFactor: 'every member',
  writeEnabled: 'visitors can write',
}
const fieldOf = (field: string): string => fields[field] ?? field

const values: Readonly<Record<string, string>> = { true: 'on', false: 'off' }
const valueOf = (value: string): string => values[value] ?? value

/** Every word of the record of what was done. */
export const activityWords = {
  intro: 'Who did what in your organisation, the newest first. Nobody can change this list.',
  /** An act that a newer server knows keeps its own name. */
  act: (action: string, subject: string): string =>
    Object.hasOwn(acts, action) ? acts[action as AuditAction](subject) : `${action} ${subject}`.trim(),
  change: ({ field, from, to }: AuditChange): string => {
    if (to === undefined) return fieldOf(field)
    const before = from === undefined ? '' : `${valueOf(from)} → `
    return `${fieldOf(field)}: ${before}${valueOf(to)}`
  },
  nobody: 'Somebody who is not known',
  from: (addressKey: string): string => `address ${addressKey}`,
  addressNote: 'The same address key means the same network address; the address itself is not kept.',
  list: 'What was done',
  none: 'Nothing has happened yet.',
  older: 'Show older',
} as const
