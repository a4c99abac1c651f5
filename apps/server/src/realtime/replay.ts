import {
  type ConversationId,
  limits,
  protocolNumber,
  type ResumeAnswer,
  type ResumePoint,
  type Sequence,
  sequenceZero,
} from '@helvino/protocol'
import { messageFor } from '../conversations/visitor-view.ts'
import { encodeServerFrame } from './event-text.ts'
import type { Member } from './member.ts'
import type { SessionPorts, SessionSocket } from './session-ports.ts'

/** Bytes in flight at which the replay waits for the reader, so that a long history never looks like a slow reader. */
const pauseBytes = limits.socketQueueBytes / 4

export interface ReplayTo {
  readonly ports: SessionPorts
  readonly socket: SessionSocket
  isClosed(): boolean
}

/** False where the store was set back to an older copy and has grown anew since: what the client holds is no longer what is stored. */
async function isSameHistory(
  member: Member,
  { id, after, messageId }: ResumePoint,
  ports: SessionPorts,
): Promise<boolean> {
  return messageId === undefined || (await ports.findMessageId(member, id, after)) === messageId
}

async function answer(member: Member, point: ResumePoint, ports: SessionPorts): Promise<ResumeAnswer> {
  const conversation = await ports.findConversation(member, point.id)
  // Foreign and unknown look alike.
  if (!conversation) return { id: point.id, latestSequence: sequenceZero, recovered: false }
  const { latestSequence } = conversation
  // A client that is ahead of the store has seen what the store has lost: it must fetch.
  const missed = latestSequence - point.after
  const isInReach = missed >= 0 && missed <= limits.replayMessages
  return { id: point.id, latestSequence, recovered: isInReach && (await isSameHistory(member, point, ports)) }
}

/** False where the reader did not read within the time that a client may be silent. */
async function hasDrained({ ports, socket }: ReplayTo): Promise<boolean> {
  let cancel = () => {}
  const late = new Promise<boolean>((resolve) => {
    cancel = ports.clock.startTimer(limits.socketSilenceMs, () => {
      resolve(false)
    })
  })
  const inTime = await Promise.race([socket.drained().then(() => true), late])
  cancel()
  return inTime
}

/** Lets everybody else have a turn: a page is a few ms of reading and writing, and one `hello` may ask for a thousand. */
const nextTurn = ({ ports }: ReplayTo): Promise<void> =>
  new Promise((resolve) => {
    ports.clock.startTimer(0, resolve)
  })

/**
 * Sends `ready`, then what each recovered conversation has missed, in order, as fast as the reader reads.
 * Answers up to which sequence each conversation was replayed.
 */
export async function replay(
  member: Member,
  points: readonly ResumePoint[],
  to: ReplayTo,
): Promise<ReadonlyMap<ConversationId, Sequence> | 'too-slow'> {
  const { ports, socket } = to
  const replayed = new Map<ConversationId, Sequence>()
  const answers: ResumeAnswer[] = []
  for (const point of points) answers.push(await answer(member, point, ports))
  if (to.isClosed()) return replayed
  socket.send(encodeServerFrame({ type: 'ready', protocol: protocolNumber, conversations: answers }))
  for (const [index, { id, latestSequence, recovered }] of answers.entries()) {
    let after = points[index]?.after ?? latestSequence
    while (recovered && after < latestSequence && !to.isClosed()) {
      const messages = (await ports.listMessages(member, id, after))?.messages ?? []
      for (const message of messages) {
        if (to.isClosed()) return replayed
        socket.send(encodeServerFrame({ type: 'message', message: messageFor(member.kind, message) }))
        after = message.sequence
        replayed.set(id, after)
        if (socket.queuedBytes() > pauseBytes && !(await hasDrained(to))) return 'too-slow'
      }
      // Counted but not there would be a broken store; asking for it for ever would hide that.
      if (messages.length === 0) throw new Error('The store counts messages that it does not return.')
      await nextTurn(to)
    }
  }
  return replayed
}
