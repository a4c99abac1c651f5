import type { AgentClient } from '@helvino/client'
import type { InboxApi } from '../api.ts'
import type { SettingsPage } from '../route.ts'
import type { Session } from '../session.ts'

/** What every page of the settings is handed. */
export interface SettingsPaneProps {
  readonly page: SettingsPage
  readonly api: InboxApi
  readonly session: Session
  readonly client: AgentClient
  /** Told what the organisation is called, as the server has just said. Always the same function. */
  readonly onOrgName: (name: string) => void
  /** The present, to the minute. */
  readonly nowMs: number
}
