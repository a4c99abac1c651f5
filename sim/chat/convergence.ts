import type { Message } from '@helvino/protocol'
import type { ServerModel } from './server-model.ts'
import type { Violations } from '../violations.ts'
import type { Visitor } from './visitor.ts'

const keysOf = (messages: readonly Message[]): (string | null)[] => messages.map((message) => message.clientMessageId)

/** I1 and I2 on what is stored: each message that was taken is there once, with its text, in the order of writing, and the sequence has no gap. */
function checkStored(visitor: Visitor, messages: readonly Message[], violations: Violations): void {
  const own = messages.filter(({ role }) => role === 'user')
  for (const { id, content } of visitor.intents) {
    const stored = own.filter((message) => message.clientMessageId === id)
    if (stored.length !== 1) violations.add('I1', `"${content}" is stored ${stored.length} times`)
    else if (stored[0]?.content !== content) violations.add('I1', `"${content}" is stored with another text`)
  }
  if (own.length > visitor.intents.length)
    violations.add('I1', `${visitor.name} has ${own.length - visitor.intents.length} messages too many`)
  const wanted = visitor.intents.map(({ id }) => id).filter((id) => keysOf(own).includes(id))
  const seen = keysOf(own).filter((key, index, all) => all.indexOf(key) === index)
  if (wanted.join() !== seen.join())
    violations.add('I2', `${visitor.name}: the stored order is not the order of writing`)
  const gapAt = messages.findIndex(({ sequence }, index) => sequence !== index + 1)
  if (gapAt >= 0) violations.add('I2', `${visitor.name}: place ${gapAt + 1} has sequence ${messages[gapAt]?.sequence}`)
}

/** I6 and I13 on what is shown: nothing waits any more, and the timeline is the server's. */
function checkShown(visitor: Visitor, messages: readonly Message[], violations: Violations): void {
  const { outbox, delivery, connection } = visitor.client.state
  for (const entry of outbox)
    violations.add(
      'I6',
      `"${entry.content}" is still ${entry.delivery.state} ${entry.delivery.state === 'failed' ? entry.delivery.code : ''}`,
    )
  if (delivery.isFailing || delivery.isWaitingForToken) violations.add('I6', `${visitor.name} still shows trouble`)
  if (connection.state !== 'live') violations.add('I6', `${visitor.name} is ${connection.state}, not live`)
  const shown = visitor.timeline.map((item) =>
    item.kind === 'confirmed' ? `${item.message.sequence} ${item.message.id}` : `${item.kind} ${item.key}`,
  )
  const stored = messages.map(({ sequence, id }) => `${sequence} ${id}`)
  // A long conversation is shown from its newest page on.
  const expected = stored.slice(-shown.length)
  if (shown.join() === expected.join() && shown.length >= Math.min(stored.length, 100)) return
  const at = shown.findIndex((line, index) => line !== expected[index])
  violations.add(
    'I13',
    `${visitor.name} shows ${shown.length} of ${stored.length} messages, first other line ${at}: ${shown[at]} for ${expected[at]}`,
  )
}

/** What must hold once the faults are over and things have had time to settle. */
export function checkConverged(visitor: Visitor, server: ServerModel, violations: Violations): void {
  const conversation = server.store.conversationsOf(visitor.visitorId)[0]
  const messages = (conversation && server.store.messagesOf(visitor.visitorId, conversation.id)) ?? []
  checkStored(visitor, messages, violations)
  checkShown(visitor, messages, violations)
}

/** C14: whoever starts work owns how it stops. Nothing of a client is left once it is disposed of. */
export function checkStopped(visitor: Visitor, violations: Violations): void {
  const { clock, network, life } = visitor.tab
  const left = { timers: clock.pendingTimers, sockets: network.sockets.length, listeners: life.listenerCount }
  for (const [what, count] of Object.entries(left))
    if (count > 0) violations.add('I6', `${visitor.name} leaves ${count} ${what} behind`)
}
