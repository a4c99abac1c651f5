/** What the launcher says. Apart from the panel's words, since the loader carries these alone. */
export const launcherWords = {
  open: 'Open chat',
  close: 'Close chat',
  loadFailed: 'The chat could not load. Try again.',
}

/** What the panel says. */
export const panelWords = {
  title: 'Chat',
  close: 'Close chat',
  greeting: 'How can we help?',
  greetingDetail: 'Write to us here. We answer in this window.',
  log: 'Messages',
  you: 'You',
  them: 'Support',
  compose: 'Your message',
  placeholder: 'Write a message…',
  send: 'Send',
  writesOff: 'New messages are switched off at the moment.',
  tooLong: (maxLength: number) => `This message is longer than ${maxLength} characters. Please shorten it.`,
  outboxFull: 'Too many messages wait to be sent already. Please try again later.',
  sending: 'Sending',
  waiting: 'Waiting, will be sent',
  sent: 'Sent',
  failed: 'Not sent',
  retry: 'Retry',
  discard: 'Delete',
  copy: 'Copy',
  unsaved: 'Not saved on this device. Keep this page open.',
  answering: 'Somebody is answering…',
  branding: 'Powered by Helvino',
  connecting: '🔄 Connecting...',
  connectionIssue: '⚠️ Connection issue, retrying...',
  /** Why a message was refused for good, by the refusal's code. */
  reasons: {
    origin_not_allowed: 'this site may not use the chat yet',
    org_disabled: 'the chat is switched off',
    writes_disabled: 'new messages are switched off',
    content_invalid: 'the text was not accepted',
    body_too_large: 'the text is too long',
    not_found: 'the conversation is gone',
    expired: 'it waited for too long',
    bootloader_not_found: 'this site’s chat is not set up correctly',
    bootloader_origin_not_allowed: 'this site may not use the chat yet',
    bootloader_org_disabled: 'the chat is switched off',
  } as Readonly<Record<string, string>>,
  otherReason: (code: string) => `it was refused (${code})`,
}
