import type { AgentClient } from '@helvino/client'
import type { ClientMessageId, ConversationId, Note } from '@helvino/protocol'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Turn } from './use-turn.ts'
import { words } from './words/en.ts'

export interface Notes {
  readonly notes: readonly Note[]
  /** Adds one; a sentence where it was not kept. */
  readonly addNote: (content: string) => Promise<string | undefined>
}

const withNote = (notes: readonly Note[], note: Note): readonly Note[] =>
  notes.some(({ id }) => id === note.id) ? notes : [...notes, note]

/** The private notes of a conversation, live, and asked for again with every turn. */
export function useNotes({ desk, onNote }: AgentClient, id: ConversationId, turn: Turn): Notes {
  const [notes, setNotes] = useState<readonly Note[]>([])
  // The same text after a lost answer is the same note.
  const attempt = useRef<{ readonly content: string; readonly noteId: ClientMessageId }>(undefined)

  useEffect(
    () =>
      onNote((note) => {
        if (note.conversationId === id) setNotes((before) => withNote(before, note))
      }),
    [onNote, id],
  )
  useEffect(() => {
    if (turn === undefined) return undefined
    let isWanted = true
    void desk.listNotes(id).then((result) => {
      if (isWanted && result.kind === 'answered') setNotes((before) => before.reduce(withNote, result.value))
    })
    return () => {
      isWanted = false
    }
  }, [desk, id, turn])

  const addNote = useCallback(
    async (content: string) => {
      if (attempt.current?.content !== content) attempt.current = { content, noteId: desk.createNoteId() }
      const result = await desk.addNote(id, content, attempt.current.noteId)
      if (result.kind === 'refused') return words.note.refused(result.code)
      if (result.kind === 'unreachable') return words.note.notKept
      attempt.current = undefined
      setNotes((before) => withNote(before, result.value))
      return undefined
    },
    [desk, id],
  )
  return { notes, addNote }
}
