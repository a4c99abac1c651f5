import type { Clock } from '@helvino/runtime'
import type { ServerConfig } from '../config.ts'
import { checkDatabase } from './check-database.ts'
import { checkFolder } from './check-folder.ts'
import { checkKeys } from './check-keys.ts'
import { checkPublicUrl } from './check-public-url.ts'
import { checkServer } from './check-server.ts'
import { checkNode, checkSettings } from './check-settings.ts'
import type { Finding } from './finding.ts'

export interface ExamineOptions {
  readonly config: ServerConfig
  readonly clock: Clock
  /** Such as "24.1.0". */
  readonly nodeVersion: string
}

/** Looks at a deployment from the machine that it runs on, and changes nothing. */
export async function examine({ config, clock, nodeVersion }: ExamineOptions): Promise<readonly Finding[]> {
  const { dataFolder, publicUrl, port, trustedProxies: declaredProxies } = config
  const { findings, installation, visitorKey, hasData } = await checkDatabase(config, clock)
  const server = await checkServer(config, installation)
  return [
    checkNode(nodeVersion),
    ...checkSettings(config),
    ...checkFolder(dataFolder),
    checkKeys(dataFolder, { hasData, visitorKey }),
    ...findings,
    server.finding,
    ...(await checkPublicUrl({ publicUrl, port, declaredProxies, installation, isRunning: server.isRunning, clock })),
  ]
}
