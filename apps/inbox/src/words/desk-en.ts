import { limits } from '@helvino/protocol'

/** The words of what agents work with beside the messages. */
export const deskWords = {
  note: {
    by: (name: string): string => `${name || 'A colleague'} · private note`,
    notKept: 'The note is not kept yet: the server does not answer. Try again.',
    refused: (code: string): string =>
      code === 'limit_reached'
        ? `A conversation holds at most ${String(limits.conversationNotes)} notes.`
        : `The server refused the note (${code}).`,
  },

  assign: {
    label: (name: string): string => `Assigned to: ${name}`,
    you: 'You',
    me: 'Me',
    nobody: 'Nobody',
    /** On the button while it is nobody's task: what a click is for. */
    open: 'Assign',
    openLabel: 'Assign (assigned to: Nobody)',
    colleague: 'A colleague',
  },

  replies: {
    title: 'Saved replies',
    explain: 'Type / and the shortcut at the start of a reply. Everybody in the team can use and change them.',
    none: 'No saved replies yet. Write down the first answer that you give again and again.',
    missed: (asked: string): string =>
      asked === ''
        ? 'There are no saved replies yet: “Saved replies” below adds one.'
        : `No saved reply has “${asked}” in its shortcut.`,
    add: 'New reply',
    edit: 'Edit',
    editNamed: (shortcut: string): string => `Edit /${shortcut}`,
    remove: 'Delete',
    removeNamed: (shortcut: string): string => `Delete /${shortcut}`,
    removeSure: 'Delete it for everybody?',
    shortcut: 'Shortcut',
    shortcutHint: 'Up to 32 of a-z, 0-9 and "-".',
    content: 'Text',
    save: 'Save',
    cancel: 'Cancel',
    shortcutBad: 'A shortcut is 1 to 32 of a-z, 0-9 and "-".',
    contentBad: 'Write the text of the reply.',
    refused: (code: string): string => {
      switch (code) {
        case 'shortcut_taken':
          return 'Another reply has this shortcut.'
        case 'limit_reached':
          return `A team keeps at most ${String(limits.orgReplies)} replies.`
        case 'content_invalid':
          return `A reply holds 1 to ${String(limits.contentLength)} characters.`
        default:
          return `The server refused that (${code}).`
      }
    },
  },

  menu: {
    label: 'Notifications and shortcuts',
    alerts: {
      on: 'Desktop notifications',
      off: 'Desktop notifications',
      denied: 'Notifications are blocked in the browser',
      unsupported: 'Notifications need https',
    },
    sound: 'Sound',
  },

  alert: {
    title: (name: string): string => `${name} writes`,
  },

  palette: {
    title: 'Command palette',
    label: 'What would you like to do?',
    reply: 'Write a reply',
    note: 'Write a private note',
    assignMe: 'Assign to me',
    assign: (name: string): string => `Assign to ${name}`,
    toggle: (verb: string): string => `${verb} this conversation`,
    view: (view: string): string => `Show: ${view}`,
    conversation: (name: string, preview: string): string => (preview === '' ? name : `${name} – ${preview}`),
    search: (text: string): string => `Search all conversations for “${text}”`,
  },

  keys: {
    title: 'Keyboard shortcuts',
    mod: 'Ctrl',
    all: [
      { keys: ['j', 'k'], does: 'Next and previous conversation; in the list arrows too' },
      { keys: ['Enter'], does: 'Open it' },
      { keys: ['r'], does: 'Reply' },
      { keys: ['n'], does: 'Private note' },
      { keys: ['Alt+N'], does: 'Reply or note, while writing' },
      { keys: ['Esc'], does: 'Leave the text' },
      { keys: ['a'], does: 'Assign to me' },
      { keys: ['e'], does: 'Resolve, or reopen' },
      { keys: ['/'], does: 'Search; in a reply: saved replies' },
      { keys: ['Ctrl+K'], does: 'Command palette (Cmd+K on a Mac)' },
      { keys: ['?'], does: 'This list' },
    ],
  },

  visitorColumn: {
    show: 'About the visitor',
    title: 'Visitor',
    email: 'E-mail',
    copyEmail: 'Copy the address',
    copied: 'Copied',
    page: 'On this page',
    language: 'Language',
    browser: 'Browser',
    firstSeen: 'First seen',
    lastSeen: 'Last seen',
    id: 'Visitor id',
    others: 'Other conversations',
    noOthers: 'This is their first.',
    failed: 'Who this is could not be fetched.',
    nothing: 'They have not said who they are.',
    data: 'What is kept of them',
    export: 'Save as a file',
    delete: 'Delete',
    deleteAsk: 'Everything that this visitor said, and every note on it, is deleted for good.',
    deleteYes: 'Delete for good',
  },
} as const
