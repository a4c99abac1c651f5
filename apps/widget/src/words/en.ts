/** What the launcher says. Apart from the panel's words, since the loader carries these alone. */
export const launcherWords = {
  open: 'Open chat',
  close: 'Close chat',
  loadFailed: 'The chat could not load. Try again.',
}

/** What the panel says up to the first message, in a page that has loaded nothing else yet. */
export const panelWords = {
  title: 'Chat',
  close: launcherWords.close,
  greeting: 'How can we help?',
  greetingDetail: 'Write to us here. We answer in this window.',
  log: 'Messages',
  compose: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  sending: 'Sending',
  waiting: 'Waiting, will be sent',
  sent: 'Sent',
  failed: 'Not sent',
}

/** What the banner's words begin with, in every language. */
export const bannerMarks = { refreshing: '🔄', error: '⚠️' }
