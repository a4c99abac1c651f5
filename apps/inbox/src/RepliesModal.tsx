import { isShortcut, limits, type SavedReply } from '@helvino/protocol'
import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import { Over } from './Over.tsx'
import type { Replies } from './use-replies.ts'
import { words } from './words/en.ts'

interface RepliesModalProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly replies: Replies
  /** An id for a reply that is new. */
  readonly createId: () => string
}

/** Where the team keeps what it says again and again. */
export function RepliesModal({ isOpen, onClose, replies, createId }: RepliesModalProps) {
  const [edited, setEdited] = useState<SavedReply>()
  return (
    <Over
      isOpen={isOpen}
      onClose={() => {
        setEdited(undefined)
        onClose()
      }}
      title={words.replies.title}
      size="lg"
    >
      {edited ? (
        <ReplyForm
          key={edited.id}
          reply={edited}
          put={replies.put}
          onDone={() => {
            setEdited(undefined)
          }}
        />
      ) : (
        <ReplyRows
          replies={replies}
          onEdit={setEdited}
          onAdd={() => {
            setEdited({ id: createId(), shortcut: '', content: '' })
          }}
        />
      )}
    </Over>
  )
}

interface ReplyRowsProps {
  readonly replies: Replies
  readonly onEdit: (reply: SavedReply) => void
  readonly onAdd: () => void
}

function ReplyRows({ replies, onEdit, onAdd }: ReplyRowsProps) {
  const [problem, setProblem] = useState<string>()
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.replies.explain}
      </Text>
      {replies.replies.length === 0 && <Text size="sm">{words.replies.none}</Text>}
      <ul className="reply-rows">
        {replies.replies.map((reply) => (
          <ReplyRow
            key={reply.id}
            reply={reply}
            onEdit={() => {
              onEdit(reply)
            }}
            onRemove={async () => {
              setProblem(await replies.remove(reply.id))
            }}
          />
        ))}
      </ul>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
      <Group>
        <Button onClick={onAdd} data-autofocus>
          {words.replies.add}
        </Button>
      </Group>
    </Stack>
  )
}

interface ReplyRowProps {
  readonly reply: SavedReply
  readonly onEdit: () => void
  readonly onRemove: () => Promise<void>
}

function ReplyRow({ reply: { shortcut, content }, onEdit, onRemove }: ReplyRowProps) {
  const [isAsking, setAsking] = useState(false)
  return (
    <li>
      <div className="reply-words">
        <code>/{shortcut}</code>
        <span dir="auto">{content}</span>
      </div>
      {isAsking ? (
        <Group gap="xs" wrap="nowrap" role="alert">
          <Text size="xs">{words.replies.removeSure}</Text>
          <Button size="compact-xs" color="red" autoFocus onClick={() => void onRemove()}>
            {words.replies.remove}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              setAsking(false)
            }}
          >
            {words.replies.cancel}
          </Button>
        </Group>
      ) : (
        <Group gap={4} wrap="nowrap">
          <Button size="compact-xs" variant="subtle" aria-label={words.replies.editNamed(shortcut)} onClick={onEdit}>
            {words.replies.edit}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            aria-label={words.replies.removeNamed(shortcut)}
            onClick={() => {
              setAsking(true)
            }}
          >
            {words.replies.remove}
          </Button>
        </Group>
      )}
    </li>
  )
}

interface Fault {
  readonly field: 'shortcut' | 'content' | 'both'
  readonly text: string
}

function faultOf(shortcut: string, content: string): Fault | undefined {
  if (!isShortcut(shortcut)) return { field: 'shortcut', text: words.replies.shortcutBad }
  return content.trim() === '' ? { field: 'content', text: words.replies.contentBad } : undefined
}

interface ReplyFormProps {
  readonly reply: SavedReply
  readonly put: Replies['put']
  readonly onDone: () => void
}

function ReplyForm({ reply, put, onDone }: ReplyFormProps) {
  const [shortcut, setShortcut] = useState(reply.shortcut)
  const [content, setContent] = useState(reply.content)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Fault>()

  async function save() {
    const fault = faultOf(shortcut, content)
    setProblem(fault)
    if (fault) return
    setBusy(true)
    const refused = await put({ id: reply.id, shortcut, content: content.trim() })
    setBusy(false)
    if (refused === undefined) onDone()
    else setProblem({ field: 'both', text: refused })
  }

  return (
    <form
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void save()
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={words.replies.shortcut}
          description={words.replies.shortcutHint}
          leftSection="/"
          data-autofocus
          autoFocus
          maxLength={32}
          value={shortcut}
          error={problem?.field === 'shortcut' && problem.text}
          onChange={(event) => {
            setShortcut(event.currentTarget.value.toLowerCase().replace(/^\//, ''))
          }}
        />
        <Textarea
          label={words.replies.content}
          autosize
          minRows={4}
          maxRows={12}
          maxLength={limits.contentLength}
          value={content}
          error={problem?.field === 'content' && problem.text}
          onChange={(event) => {
            setContent(event.currentTarget.value)
          }}
        />
        {problem?.field === 'both' && (
          <Text size="sm" c="red" role="alert">
            {problem.text}
          </Text>
        )}
        <Group gap="xs">
          <Button type="submit" loading={isBusy}>
            {words.replies.save}
          </Button>
          <Button variant="default" onClick={onDone}>
            {words.replies.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
