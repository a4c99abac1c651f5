import {
  type AgentConversation,
  type Conversation,
  decodeAgentConversation,
  decodeConversation,
  decodeGoneFrame,
  decodeNoteFrame,
  decodeTyping,
  decodeVisitorFrame,
  headers,
  type ServerFrame,
} from '@helvino/protocol'

/** What differs between the visitor's and the agent's side of the API. */
export interface Audience {
  readonly kind: 'visitor' | 'agent'
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly conversationsPath: string
  /** Of its own messages. */
  readonly role: 'user' | 'agent'
  /** User id of whoever writes, where that is an agent. */
  readonly authorId?: string
  /** A conversation as this side sees it. */
  readonly decodeConversation: (value: unknown) => Conversation | AgentConversation | undefined
  /** What is heard beside what every client is told; left out: who writes. */
  readonly decodeMore?: (text: string) => ServerFrame | undefined
  /** The order of its list, where that changes as conversations do. */
  readonly order?: (one: Conversation | AgentConversation, other: Conversation | AgentConversation) => number
  readonly tokenHeader: string
  /** Sent with every call. */
  readonly identity: Readonly<Record<string, string>>
}

/** How a page names its organisation. */
export type Site = { readonly siteId: string } | { readonly orgKey: string }

export const siteHeader = (site: Site): Record<string, string> =>
  'siteId' in site ? { [headers.siteId]: site.siteId } : { [headers.orgKey]: site.orgKey }

export const visitorAudience = (apiUrl: string, site: Site, visitorId: string): Audience => ({
  kind: 'visitor',
  apiUrl,
  conversationsPath: '/conversations',
  role: 'user',
  decodeConversation,
  tokenHeader: headers.orgToken,
  identity: { ...siteHeader(site), [headers.visitorId]: visitorId },
})

const activeAt = (conversation: Conversation | AgentConversation): string =>
  'activeAt' in conversation ? conversation.activeAt : conversation.createdAt

export const agentAudience = (apiUrl: string, userId: string): Audience => ({
  kind: 'agent',
  apiUrl,
  authorId: userId,
  conversationsPath: '/api/agent/conversations',
  role: 'agent',
  decodeConversation: decodeAgentConversation,
  decodeMore: (text) =>
    decodeTyping(text) ?? decodeVisitorFrame(text) ?? decodeNoteFrame(text) ?? decodeGoneFrame(text),
  // The most recently active first. ISO 8601 in UTC sorts as text.
  order: (one, other) => activeAt(other).localeCompare(activeAt(one)),
  tokenHeader: headers.agentToken,
  identity: {},
})
