import { asRecord, asString } from './record.ts'
import type { PublicWidgetConfig } from './widget-config.ts'

/** Answer to `GET /api/bootloader`. */
export interface BootloaderAnswer {
  readonly ok: true
  readonly org: { readonly id: string; readonly key: string; readonly name: string }
  readonly config: PublicWidgetConfig
  /** Bearer token for writes; see the wire contract. */
  readonly orgToken: string
  readonly env: string
  /** The server's clock: ISO 8601, UTC. A client measures the token's life by it, never by its own clock. */
  readonly timestamp: string | undefined
  /** The protocol number; absent on a server that knows only the bootloader and the two POST calls. */
  readonly protocol: number | undefined
  /** How many messages the server takes in one request; 1 from one that does not say. */
  readonly batchMessages: number
  /**
   * Messages of agents that the visitor has not read, in their open conversation; 99 stands for more. Absent without a visitor's id. The
   * launcher reads it for itself, before there is a client.
   */
  readonly unread?: number
}

/** What a client uses of the settings. The launcher reads the colour for itself, before there is a client. */
export interface UsedConfig extends Pick<
  PublicWidgetConfig,
  'widgetEnabled' | 'writeEnabled' | 'language' | 'branding'
> {
  /** The settings as they came, for what is read in one place only. */
  readonly given: Readonly<Record<string, unknown>>
}

/** What a client uses of the answer. */
export interface UsedBootloaderAnswer extends Pick<
  BootloaderAnswer,
  'orgToken' | 'timestamp' | 'protocol' | 'batchMessages'
> {
  readonly orgName: string
  readonly config: UsedConfig
}

export function decodeBootloader(value: unknown): UsedBootloaderAnswer | undefined {
  const record = asRecord(value)
  const org = asRecord(record?.['org'])
  const config = asRecord(record?.['config'])
  const orgToken = asString(record?.['orgToken'])
  if (!record || !org || !config || !orgToken) return undefined
  return {
    orgName: asString(org['name']) ?? '',
    config: {
      widgetEnabled: config['widgetEnabled'] !== false,
      writeEnabled: config['writeEnabled'] !== false,
      language: asString(config['language']) ?? 'en',
      branding: config['branding'] !== false,
      given: config,
    },
    orgToken,
    timestamp: asString(record['timestamp']),
    protocol: typeof record['protocol'] === 'number' ? record['protocol'] : undefined,
    batchMessages: Number(record['batchMessages']) || 1,
  }
}
