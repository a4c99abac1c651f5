import { limits } from '@helvino/protocol'
import { deskWords } from './desk-en.ts'

const messages = (count: number): string => (count === 1 ? '1 message' : `${String(count)} messages`)

/** Every word that an agent reads. */
export const words = {
  product: 'Helvino',
  /** Of the browser's tab. */
  pageTitle: (unreadCount: number): string =>
    unreadCount > 0 ? `(${String(unreadCount)}) Helvino inbox` : 'Helvino inbox',
  loading: 'Loading',
  tryAgain: 'Try again',
  close: 'Close',
  noServer: 'The server does not answer. It is asked again by itself.',
  newVersion: 'There is a new version of the inbox. Drafts are kept.',
  reload: 'Reload',

  login: {
    title: 'Log in to your inbox',
    email: 'E-mail',
    password: 'Password',
    submit: 'Log in',
    code: 'Code of your authenticator app',
    codeNote: 'Without your phone, take one of your backup codes.',
    ended: 'Your session has ended. Log in again to go on.',
    noAnswer: 'The server does not answer. Check your connection and try again.',
    refused: (code: string): string => {
      switch (code) {
        case 'login_failed':
          return 'The e-mail address or the password is wrong.'
        case 'code_wrong':
          return 'That code is not right, or has run out. Take the next one.'
        case 'login_insecure':
          return 'Logging in works over https, or on the machine that Helvino runs on. Open this page there.'
        case 'rate_limited':
          return 'Too many tries. Wait a minute, then try again.'
        default:
          return `The server refused the login (${code}).`
      }
    },
  },

  logOut: 'Log out',
  logOutUnsent: (count: number): string => `${messages(count)} not sent yet. Log out anyway?`,
  logOutAnyway: 'Log out anyway',
  stay: 'Stay',
  logOutFailed: 'You are still logged in: the server does not answer.',

  connection: {
    connecting: 'Connecting…',
    offline: 'Offline. What you write is sent once you are back.',
    denied: (code: string): string => `The server refused the live connection (${code}). Reload the page to try again.`,
  },

  switchedOff: {
    widgetEnabled: 'The chat is switched off: visitors see no button.',
    writeEnabled: 'New messages are switched off: visitors can read and not write.',
    on: 'Switch on again',
    askAdmin: 'An admin can switch it on again.',
    failed: 'That did not work. Try again.',
  },

  list: {
    title: 'Conversations',
    open: 'Open',
    resolved: 'Resolved',
    views: 'Whose task',
    view: { mine: 'Mine', unassigned: 'Unassigned', all: 'All' },
    status: 'State',
    /** Of a view. */
    count: (count: number): string =>
      count >= limits.countedConversations ? `${String(limits.countedConversations)}+` : String(count),
    unread: 'Unread',
    draft: 'Draft:',
    assigned: (name: string): string => `Assigned to ${name}`,
    noPreview: 'No messages yet',
    empty: {
      open: {
        mine: 'Nothing waits for you. What nobody has taken yet is under Unassigned.',
        unassigned: 'Everything has somebody who looks after it.',
        all: 'All quiet. A conversation appears here as soon as a visitor writes.',
      },
      resolved: {
        mine: 'You have resolved nothing yet.',
        unassigned: 'What is resolved before anybody has taken it appears here.',
        all: 'Nothing is resolved yet. What you resolve moves here.',
      },
    },
    more: 'Show more',
    search: 'Search conversations',
    endSearch: 'Clear the search',
    searching: 'Searching',
    searchMore: 'Search further back',
    nothingFound: 'Nothing found. Names, addresses and what was said are searched, open or resolved.',
    nothingYet: 'Nothing found so far.',
    searchFailed: 'The search got no answer. Change a letter to try again.',
  },

  visitor: (name: string): string => `Visitor ${name}`,

  thread: {
    none: 'Choose a conversation',
    noneYet: 'No conversations yet',
    noneHint: 'Messages and private notes appear here, with the visitor beside them.',
    installTitle: 'Put the chat on your site',
    installHint: 'It takes two lines of HTML. What your visitors write then appears here.',
    install: 'How to install the chat',
    hintMove: 'move through the list,',
    hintKeys: 'shows all shortcuts',
    gone: 'There is no such conversation.',
    back: 'Back to the list',
    messages: 'Messages',
    empty: 'No messages yet.',
    partial: 'Earlier messages are not shown.',
    resolve: 'Resolve',
    reopen: 'Reopen',
    notDone: 'That was not done: the server does not answer. Try again.',
    refused: (code: string): string => `The server refused that (${code}).`,
    author: { user: 'Visitor', agent: 'Team', system: 'Helvino' },
    you: 'You',
    status: { open: 'Open conversation', resolved: 'Resolved' },
    seen: 'Seen',
    today: 'Today',
    yesterday: 'Yesterday',
  },

  happening: {
    colleague: 'a colleague',
    answering: ([first = '', second = '', ...more]: readonly string[]): string => {
      if (second === '') return `${first.replace(/^a /, 'A ')} is answering…`
      return more.length === 0
        ? `${first} and ${second} are answering…`
        : `${first} and ${String(more.length + 1)} others are answering…`
    },
    writing: 'The visitor is writing…',
    overtaken: (name: string): string => `${name} has answered since you began this reply.`,
  },

  delivery: {
    sending: 'Sending…',
    waiting: 'Waiting, will be sent',
    failed: 'Not sent',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    remove: 'Delete',
  },

  composer: {
    mode: 'What you write',
    reply: {
      name: 'Reply',
      label: 'Your reply',
      placeholder: 'Write a reply. Enter sends, / opens saved replies.',
      /** On a narrow screen. */
      shortPlaceholder: 'Write a reply',
      send: 'Send',
    },
    note: {
      name: 'Note',
      label: 'Private note',
      placeholder: 'Write to your team. The visitor never sees it.',
      shortPlaceholder: 'Write to your team',
      send: 'Add note',
    },
    private: 'Only your team sees this.',
    reopens: 'A reply reopens this conversation.',
    resolved: 'This conversation is resolved. Your reply reopens it.',
    sendAnyway: 'Send and reopen',
    keepWriting: 'Do not send',
    tooLong: (length: number, most: number): string =>
      `Too long: ${String(length)} of at most ${String(most)} characters.`,
    full: (maxEntries: number): string =>
      `Too much waits to be sent already (at most ${messages(maxEntries)}). Try again when some of it has gone out.`,
  },

  ...deskWords,

  health: {
    title: 'Session health',
    /** In the bar of a narrow screen. */
    shortTitle: 'Health',
    range: 'Time shown',
    hours: (hours: number): string => `${String(hours)} h`,
    failed: 'The figures could not be fetched: the server does not answer. It is asked again in half a minute.',
    stale: 'The server does not answer. These are the last figures; it is asked again in half a minute.',
    refusedBy: (code: string): string => `The server refused the figures (${code}).`,
    outdated: 'This page is older than the server. Reload it to see the charts.',

    empty: (hours: number): string =>
      hours === 1
        ? 'No page has reported in the last hour.'
        : `No page has reported in the last ${String(hours)} hours.`,
    emptyHint:
      'A page reports about a minute after its first renewal, while the chat on it has been opened. With the usual life of a token that is four to five minutes after a visitor opens the chat.',
    note: (since: string): string =>
      `Counted are renewals of visitors' access, as their pages report them, and what this server saw itself: numbers only, no texts and no ids. Kept in memory for 24 hours at most, and since the server's start (${since}). Times are estimated from fixed steps. A page that has switched telemetry off is not in them.`,

    count: (count: number): string => new Intl.NumberFormat().format(count),
    percent: (percent: number | undefined): string => (percent === undefined ? '–' : `${String(percent)} %`),
    ms: (ms: number | null): string => (ms === null ? '–' : `${new Intl.NumberFormat().format(ms)} ms`),
    ofRenewals: (count: number): string =>
      count === 1 ? 'of 1 renewal' : `of ${new Intl.NumberFormat().format(count)} renewals`,
    figures: {
      success: 'Success rate',
      p50: 'Typical (p50)',
      p95: 'Slow (p95)',
      waits: 'Waits felt',
      refused: 'Refused writes',
      stale: 'Stale serves',
    },
    p50Note: 'half of the renewals are faster',
    p95Note: '95 of 100 are faster',
    targetZero: 'target: 0',
    met: 'met',
    missed: 'missed',
    staleNote: 'sent with a token that was due, still valid',

    charts: {
      renewals: 'Renewals',
      per: (minutes: number): string => (minutes === 1 ? 'in each minute' : `in each ${String(minutes)} minutes`),
      latency: 'Time of a renewal',
      latencyNote: 'successful ones; lower is better',
      waits: 'Waits for a token',
      waitsNote: 'felt is longer than 0.1 s; target: 0',
      refused: 'Refused for their token',
      refusedNote: 'as pages told and as this server saw; target: 0',
    },
    series: {
      renewed: 'Renewed',
      unavailable: 'No answer',
      refused: 'Refused',
      unfelt: 'Not felt',
      felt: 'Felt',
      byPages: 'By pages',
      byServer: 'By this server',
    },
    byCause: 'By cause',
    noRenewals: 'No renewals in this time.',
    columns: { cause: 'Cause', success: 'Success' },
    cause: {
      first: 'First token',
      use: 'Needed at once',
      ahead: 'Ahead of time',
      refused: 'After a refusal',
      manual: 'By hand',
    },
    server: {
      title: 'Seen by this server',
      answered: 'Tokens issued to pages',
      refused: 'Pages refused (site not allowed, or switched off)',
      failed: 'Answers that failed (server error)',
      expired: 'Writes refused: token had expired',
      invalid: 'Writes refused: token was not valid',
    },
  },

  sites: {
    title: 'Sites',
    explain:
      'The chat shows on the sites that you allow. One that asked in vain is listed too, with a button that allows it.',
    allowed: 'Allowed',
    noneAllowed: 'None yet. Until there is one, pages on localhost and on this server work.',
    refused: 'Asked, and refused',
    noneRefused: 'No other site has asked.',
    lastSeen: (when: string): string => `last asked ${when}`,
    allow: 'Allow',
    allowNamed: (origin: string): string => `Allow ${origin}`,
    remove: 'Remove',
    removeNamed: (origin: string): string => `Remove ${origin}`,
    removeAsk: (origin: string): string =>
      `The chat ends on ${origin} within seconds, also for whoever writes there now.`,
  },
} as const
