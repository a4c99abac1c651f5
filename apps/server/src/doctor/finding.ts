/** What the doctor looks at, each by a name that stays, for whoever reads the JSON. */
export type CheckName =
  | 'node'
  | 'settings'
  | 'exposure'
  | 'data-folder'
  | 'disk'
  | 'keys'
  | 'database'
  | 'format'
  | 'durability'
  | 'people'
  | 'clock'
  | 'server'
  | 'public-url'
  | 'websocket'
  | 'forwarded-for'

/** `skipped`: it could not be looked at, for a reason that it says; what that reason comes from is wrong or does not apply. */
export interface Finding {
  readonly check: CheckName
  readonly state: 'ok' | 'wrong' | 'skipped'
  /** One plain sentence. It holds no secret. */
  readonly says: string
  /** What to do about it. */
  readonly remedy?: string
}

export const ok = (check: CheckName, says: string): Finding => ({ check, state: 'ok', says })
export const skipped = (check: CheckName, says: string): Finding => ({ check, state: 'skipped', says })
export const wrong = (check: CheckName, says: string, remedy: string): Finding => ({
  check,
  state: 'wrong',
  says,
  remedy,
})
