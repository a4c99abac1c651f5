/** Every limit of the wire, once. Reaching one is a refusal or a close code, never silence. */
export const limits = {
  /** Characters (UTF-16 code units) of one message. */
  contentLength: 8_000,
  /** Bytes of one HTTP request body. */
  bodyBytes: 64 * 1024,
  /** Bytes of one frame on the socket, in either direction. */
  frameBytes: 64 * 1024,
  /** Bytes waiting for one slow reader before its socket is closed. */
  socketQueueBytes: 1024 * 1024,
  /** Characters of an org token. */
  tokenLength: 4_096,
  /** Characters of a site's own id of its user, and of their name and address, in a signed identity. */
  identityLength: 200,
  /** Conversations that one `hello` may name. */
  helloConversations: 128,
  /** Messages replayed for one conversation on resume; beyond it the server says `recovered: false` and the client fetches pages. */
  replayMessages: 1_000,
  /** Messages in one page. */
  pageMessages: 100,
  /** Conversations in one page of a list. */
  pageConversations: 50,
  /** Characters of what is searched for in conversations. */
  searchLength: 100,
  /** Conversations that one search looks through; where there are more, the next page of it goes on. */
  searchedConversations: 1_000,
  /** Messages of a conversation that a search looks through, the newest ones. */
  searchedMessages: 200,
  /** A count of conversations ends here: that many means that many or more. */
  countedConversations: 1_000,
  /** Characters of one private note. */
  noteLength: 2_000,
  /** Private notes of one conversation. */
  conversationNotes: 200,
  /** Saved replies of one organisation. */
  orgReplies: 200,
  /** Invitations of one organisation that wait to be accepted. */
  openInvitations: 50,
  /** How long an invitation may be accepted, in ms: seven days. */
  invitationMs: 604_800_000,
  /** Acts of one organisation that its record keeps, the newest ones; beside them so many logins that failed. */
  auditEntries: 10_000,
  auditFailedLogins: 1_000,
  /** Acts in one page of the record. */
  pageAuditEntries: 50,
  /** Characters of what a member of a team is called. */
  nameLength: 80,
  /** Characters of a password. */
  passwordLeast: 12,
  passwordMost: 128,
  /** Origins of an organisation that are remembered as having loaded the widget, the latest ones. */
  seenOrigins: 50,
  /** Characters of a conversation's preview. */
  previewLength: 140,
  /** Messages that wait to be sent, per owner and device. */
  outboxEntries: 200,
  /** Characters of all messages that wait to be sent, per owner and device (2 bytes each: 1 MB). */
  outboxLength: 512 * 1024,
  /** How long a message waits to be sent, in ms: seven days. After that it has failed, visibly. */
  outboxMs: 604_800_000,
  /** Messages that one request may bring. */
  batchMessages: 50,
  /** A client that has said nothing for so long, in ms, is disconnected. */
  socketSilenceMs: 45_000,
  /** A client sends a ping so often, in ms, and expects an answer within `pongWithinMs`. */
  pingEveryMs: 20_000,
  pongWithinMs: 10_000,
  /** `hello` must come within this, in ms. */
  helloWithinMs: 10_000,
  /** A socket whose token has run out stays open so long, in ms, for `renew`. */
  renewGraceMs: 30_000,
  /** Bytes of one telemetry report. */
  telemetryBytes: 8 * 1024,
  /** Renewals in one report, and as many waits. */
  telemetryEntries: 50,
  /** The largest count in a report. */
  telemetryCount: 10_000,
  /** The longest time in a report, in ms. */
  telemetryMs: 3_600_000,
  /** How far back the figures of renewals reach, in minutes. */
  healthMinutes: 24 * 60,
  /** Points of one chart of them, at most. */
  healthBins: 120,
} as const
