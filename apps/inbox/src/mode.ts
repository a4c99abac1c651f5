/** What a text becomes: a message to the visitor, or a note that only the team reads. */
export type Mode = 'reply' | 'note'
