import { createAgentClient, createVisitorClient } from '@helvino/client'

/** What a chat world needs of a client package: ours, or a copy with a fault in it. */
export interface ChatPackage {
  readonly createVisitorClient: typeof createVisitorClient
  readonly createAgentClient: typeof createAgentClient
}

export const ourChat: ChatPackage = { createVisitorClient, createAgentClient }
