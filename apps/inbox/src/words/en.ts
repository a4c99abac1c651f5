import { limits } from '@helvino/protocol'

const messages = (count: number): string => (count === 1 ? '1 message' : `${String(count)} messages`)

/** Every word that an agent reads. */
export const words = {
  product: 'Helvino',
  loading: 'Loading',
  tryAgain: 'Try again',
  noServer: 'The server does not answer.',

  login: {
    title: 'Log in to your inbox',
    email: 'E-mail',
    password: 'Password',
    submit: 'Log in',
    ended: 'Your session has ended. Log in again to go on.',
    noAnswer: 'The server does not answer. Check your connection and try again.',
    refused: (code: string): string => {
      switch (code) {
        case 'login_failed':
          return 'The e-mail address or the password is wrong.'
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

  list: {
    title: 'Conversations',
    open: 'Open',
    resolved: 'Resolved',
    unread: 'Unread',
    noPreview: 'No messages yet',
    emptyOpen: 'No open conversations. A new one appears here as soon as a visitor writes.',
    emptyResolved: 'No resolved conversations.',
    partial: (count: number): string => `The ${String(count)} most recent conversations are shown.`,
  },

  visitor: (name: string): string => `Visitor ${name}`,

  thread: {
    none: 'Choose a conversation.',
    back: 'Back to the list',
    messages: 'Messages',
    empty: 'No messages yet.',
    partial: 'Earlier messages are not shown.',
    resolve: 'Resolve',
    reopen: 'Reopen',
    notDone: 'That was not done: the server does not answer. Try again.',
    refused: (code: string): string => `The server refused that (${code}).`,
    author: { user: 'Visitor', agent: 'Team', system: 'Helvino' },
  },

  delivery: {
    sending: 'Sending…',
    waiting: 'Waiting, will be sent',
    failed: 'Not sent',
    retry: 'Try again',
    remove: 'Delete',
  },

  composer: {
    label: 'Your reply',
    placeholder: 'Write a reply. Enter sends, Shift+Enter starts a new line.',
    send: 'Send',
    reopens: 'A reply reopens this conversation.',
    tooLong: (length: number): string =>
      `Too long: ${String(length)} of at most ${String(limits.contentLength)} characters.`,
    full: (maxEntries: number): string =>
      `Too much waits to be sent already (at most ${messages(maxEntries)}). Try again when some of it has gone out.`,
  },

  sites: {
    title: 'Sites',
    explain: 'The chat shows on these sites. A site that tried to use it and is not allowed yet is listed below.',
    allowed: 'Allowed',
    noneAllowed: 'None yet. Pages on localhost and on this server always work.',
    refused: 'Asked, and refused',
    noneRefused: 'No other site has asked.',
    lastSeen: (when: string): string => `last asked ${when}`,
    allow: 'Allow',
    allowNamed: (origin: string): string => `Allow ${origin}`,
    failed: 'That was not done: the server does not answer. Try again.',
    refusedBy: (code: string): string => `The server refused that (${code}).`,
  },
} as const
