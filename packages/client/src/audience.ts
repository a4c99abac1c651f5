import {
  type AgentConversation,
  type Conversation,
  decodeAgentConversation,
  decodeConversation,
  headers,
} from '@helvino/protocol'

/** What differs between the visitor's and the agent's side of the API. */
export interface Audience {
  readonly kind: 'visitor' | 'agent'
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly conversationsPath: string
  /** Of its own messages. */
  readonly role: 'user' | 'agent'
  /** A conversation as this side sees it. */
  readonly decodeConversation: (value: unknown) => Conversation | AgentConversation | undefined
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

export const agentAudience = (apiUrl: string): Audience => ({
  kind: 'agent',
  apiUrl,
  conversationsPath: '/api/agent/conversations',
  role: 'agent',
  decodeConversation: decodeAgentConversation,
  tokenHeader: headers.agentToken,
  identity: {},
})
