import { settingsLimits } from '@helvino/protocol'

const daysOf = (days: number): string => (days === 1 ? 'a day' : `${String(days)} days`)

/** Every word of the page on what is kept of visitors. */
export const dataWords = {
  intro: 'What is kept of your visitors, and for how long.',
  retention: 'How long conversations are kept',
  deleteOld: 'Delete old conversations',
  deleteOldNote: 'Off: they are kept until you delete them.',
  days: 'After so many days without a message',
  daysNote: 'Open or resolved: what counts is when something was last said.',
  daysWrong: `Write a whole number of days from 1 to ${String(settingsLimits.retentionDays)}.`,
  save: 'Save',
  ask: (days: number): string =>
    `Conversations in which nothing was said for ${daysOf(days)} are deleted for good, the first within minutes. Go on?`,
  askYes: 'Delete them',
  keptForEver: 'Now: conversations are kept for ever.',
  keptFor: (days: number): string => `Now: conversations are deleted after ${daysOf(days)} without a message.`,
  visitor: 'One visitor',
  visitorExplain: [
    'Beside a conversation an admin finds two buttons below who the visitor is: one saves everything that is kept of them as a file, the other deletes it.',
    'What is deleted is gone from the database at once. A backup that was made before still holds it.',
  ],
} as const
