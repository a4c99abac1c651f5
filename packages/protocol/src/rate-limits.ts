/** How often something may be done: so often in a second for ever, and so often at once after a pause. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * What one caller, one address and one organisation may ask of a server, which multiplies all of it where its operator says so. Going beyond is
 * 429 `rate_limited` with `Retry-After`, and of a socket its close with 4429. A person who types, a site that is busy and an office behind one
 * address stay far below; what goes beyond is a program, or a site that its operator has to know.
 */
export const rateLimits = {
  /**
   * Every request of one address: 200 people behind it, each with a request in two seconds. Half of what one organisation may ask, so that one address
   * uses up none.
   */
  address: { perSecond: 100, burst: 2_000 },
  /** Bootloader calls of one address: a page load each, and a renewal in some four minutes. Half of an organisation's, too. */
  addressBootloader: { perSecond: 50, burst: 1_000 },
  /** Conversations that are opened from one address: 200 people who all begin within the same minute come at once. */
  addressOpen: { perSecond: 10, burst: 500 },
  /** Logins, and what is done with invitations, of one address; the budget of passwords is much tighter. */
  addressLogin: { perSecond: 5, burst: 100 },
  /** Bootloader calls that name one organisation: 360,000 page loads in an hour. */
  orgBootloader: { perSecond: 100, burst: 3_000 },
  /** Calls of the visitors of one organisation, each message of a batch counted: 1,200 people who talk at once, each with a call in six seconds. */
  orgCalls: { perSecond: 200, burst: 1_000 },
  /** Calls of all agents of one organisation. */
  orgAgentCalls: { perSecond: 100, burst: 2_000 },
  /** Calls of one visitor. A page makes a few when it is loaded, and one for each message and for what is read. */
  visitorCalls: { perSecond: 10, burst: 300 },
  /** Messages of one visitor: a full outbox, 200 messages, goes out at once, and what is written meanwhile. */
  visitorMessages: { perSecond: 5, burst: 300 },
  /** Conversations that one visitor opens, of which all but one find the open one. */
  visitorOpen: { perSecond: 0.2, burst: 20 },
  /** Calls of one agent: the inbox lists, counts and reads at every step. */
  agentCalls: { perSecond: 20, burst: 300 },
  /** Sockets that say hello, of one organisation: all of its visitors come back after a restart. */
  orgHellos: { perSecond: 200, burst: 2_000 },
  /**
   * Frames of one socket. A client sends a ping in 20 s, a `typing` in 3 s and a `renew` in minutes; of those that come faster most are dropped, and
   * only a program that goes on is cut.
   */
  socketFrames: { perSecond: 50, burst: 1_000 },
} as const satisfies Record<string, Rate>

/** What may be open at a time. */
export const openLimits = {
  /** Sockets of one address; a browser has one for all of its tabs, and none before its person has written. */
  addressSockets: 1_000,
  /** Sockets of one visitor, or of one agent: one for each browser and device. */
  memberSockets: 50,
  /** Sockets of one organisation, agents included. */
  orgSockets: 5_000,
  /** Reads of one visitor, or of one agent, that wait for the next message. */
  memberReads: 10,
  /** Requests of one organisation that are being worked on. */
  orgRequests: 200,
} as const
