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
  /** The present, to the minute. */
  readonly nowMs: number
}
