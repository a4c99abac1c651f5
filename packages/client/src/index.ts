export {
  type AskedAt,
  askedNow,
  parseTokenClaim,
  parseTokenExpiration,
  type RenewalCause,
  type TokenEvent,
  type TokenRenewer,
} from '@helvino/token'
export { type AgentClientOptions, createAgentClient } from './agent-client.ts'
export type { Site } from './audience.ts'
export { type CallResult, readAnswer, request, unreachable } from './call.ts'
export type { ChatClient } from './chat-client.ts'
export type { ChatState } from './chat-state.ts'
export type { DeliveryHealth } from './delivery-health.ts'
export type { ClientRuntime } from './client-runtime.ts'
export type { ConnectionState } from './connection.ts'
export type { EnqueueResult } from './outbox.ts'
export type { OutboxEntry } from './outbox-entry.ts'
export { memoryOutboxStores, type OutboxStores } from './outbox-store.ts'
export type { TimelineItem } from './timeline.ts'
export { siteHeader } from './audience.ts'
export { parseRetryAfter } from './retry-after.ts'
export { loadBootloader } from './visitor-token.ts'
export { createVisitorClient, type VisitorClientOptions } from './visitor-client.ts'
