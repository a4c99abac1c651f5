import type { EnqueueResult } from '@helvino/client'
import { limits, type SavedReply } from '@helvino/protocol'
import { Button, Group, SegmentedControl, Text } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { CannedList } from './CannedList.tsx'
import { Composer } from './Composer.tsx'
import type { Mode } from './mode.ts'
import { useCanned } from './use-canned.ts'
import { words } from './words/en.ts'

/** A text that is being written, and kept as it is. */
export interface Written {
  readonly text: string
  /** Makes the text from what it is at that moment. */
  readonly change: (edit: (text: string) => string) => void
}

export interface ReplyBoxProps {
  readonly mode: Mode
  readonly onMode: (mode: Mode) => void
  /** Takes the focus whenever it changes; 0: leaves it where it is. */
  readonly focusCount: number
  readonly reply: Written
  readonly note: Written
  readonly isResolved: boolean
  readonly replies: readonly SavedReply[]
  /** Somebody types a reply: called for each change by hand that leaves a text. */
  readonly onWrite: () => void
  readonly onReply: (text: string) => Promise<EnqueueResult>
  /** A sentence where it was not kept. */
  readonly onNote: (text: string) => Promise<string | undefined>
  /** The list of them opens: others may have changed it. */
  readonly onWantReplies: () => void
  readonly onManageReplies: () => void
}

function problemOf(result: EnqueueResult, text: string): string | undefined {
  switch (result.kind) {
    case 'queued':
    case 'empty':
      return undefined
    case 'too-long':
      return words.composer.tooLong(text.trim().length, limits.contentLength)
    case 'full':
      return words.composer.full(result.maxEntries)
  }
}

/** Sends what is written, one at a time; what was typed on meanwhile stays. */
function useSending({ onReply, onNote }: ReplyBoxProps, mode: Mode, { text, change }: Written) {
  const [trouble, setTrouble] = useState<{ readonly mode: Mode; readonly text: string; readonly word: string }>()
  const [isBusy, setBusy] = useState(false)
  const isSending = useRef(false)

  async function send() {
    if (isSending.current) return
    if (mode === 'note' && text.trim().length > limits.noteLength) {
      setTrouble({ mode, text, word: words.composer.tooLong(text.trim().length, limits.noteLength) })
      return
    }
    isSending.current = true
    // A reply is kept within the blink of an eye; a note waits for the server.
    setBusy(mode === 'note')
    const word = mode === 'note' ? await onNote(text.trim()) : problemOf(await onReply(text), text)
    isSending.current = false
    setBusy(false)
    setTrouble(word === undefined ? undefined : { mode, text, word })
    if (word === undefined) change((current) => (current.startsWith(text) ? current.slice(text.length) : current))
  }

  // A problem is one of the text that it was found with.
  return { send, isBusy, problem: trouble?.mode === mode && trouble.text === text ? trouble.word : undefined }
}

/** Where an agent writes: to the visitor, or to the team. */
export function ReplyBox(props: ReplyBoxProps) {
  const { mode, onMode, focusCount, reply, note, isResolved, replies, onWrite, onWantReplies, onManageReplies } = props
  const written = mode === 'note' ? note : reply
  const [isAsking, setAsking] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const { send, isBusy, problem } = useSending(props, mode, written)
  const canned = useCanned(mode === 'reply' ? reply.text : '', replies, ({ content }) => {
    reply.change(() => content)
  })
  const hasList = canned.matches.length > 0

  useEffect(() => {
    if (focusCount > 0) field.current?.focus()
  }, [focusCount])

  return (
    <div className="reply-box" data-mode={mode}>
      {isAsking && isResolved && (
        <AskFirst
          onSend={() => {
            setAsking(false)
            void send()
            field.current?.focus()
          }}
          onCancel={() => {
            setAsking(false)
            field.current?.focus()
          }}
        />
      )}
      <CannedList canned={canned} id={listId} />
      <ModeLine mode={mode} onMode={onMode} onManageReplies={onManageReplies} />
      <Composer
        mode={mode}
        text={written.text}
        field={field}
        onChange={(edit) => {
          written.change(edit)
          if (mode === 'reply' && edit(reply.text) === '/') onWantReplies()
          if (mode === 'reply' && edit(reply.text).trim() !== '') onWrite()
        }}
        onSend={() => {
          if (mode === 'reply' && isResolved) setAsking(true)
          else void send()
        }}
        takeKey={(event) => {
          if (canned.takeKey(event)) return true
          if (event.altKey && event.code === 'KeyN') onMode(mode === 'note' ? 'reply' : 'note')
          else if (event.key === 'Escape') event.currentTarget.blur()
          else return false
          event.preventDefault()
          return true
        }}
        problem={problem}
        hint={mode === 'reply' && isResolved && !isAsking ? words.composer.reopens : undefined}
        isBusy={isBusy}
        listId={hasList ? listId : undefined}
        activeId={hasList ? `${listId}-${String(canned.active)}` : undefined}
      />
    </div>
  )
}

function ModeLine({ mode, onMode, onManageReplies }: Pick<ReplyBoxProps, 'mode' | 'onMode' | 'onManageReplies'>) {
  return (
    <div className="mode-line">
      <SegmentedControl
        size="xs"
        aria-label={words.composer.mode}
        value={mode}
        onChange={onMode}
        data={[
          { value: 'reply', label: words.composer.reply.name },
          { value: 'note', label: words.composer.note.name },
        ]}
      />
      {mode === 'note' ? (
        <Text size="xs" className="private">
          {words.composer.private}
        </Text>
      ) : (
        <Button size="compact-xs" variant="subtle" color="gray" className="manage" onClick={onManageReplies}>
          {words.replies.title}
        </Button>
      )}
    </div>
  )
}

interface AskFirstProps {
  readonly onSend: () => void
  readonly onCancel: () => void
}

/** A reply into a resolved conversation opens it again, which a colleague may not expect. */
function AskFirst({ onSend, onCancel }: AskFirstProps) {
  return (
    <Group
      className="ask-first"
      gap="xs"
      role="alertdialog"
      aria-label={words.composer.resolved}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel()
      }}
    >
      <Text size="sm" className="ask-word">
        {words.composer.resolved}
      </Text>
      <Button size="xs" autoFocus onClick={onSend}>
        {words.composer.sendAnyway}
      </Button>
      <Button size="xs" variant="default" onClick={onCancel}>
        {words.composer.keepWriting}
      </Button>
    </Group>
  )
}
