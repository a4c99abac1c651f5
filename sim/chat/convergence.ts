import type { Message } from '@helvino/protocol'
import type { ServerModel } from './server-model.ts'
import type { Violations } from '../violations.ts'
import type { OpenTab, Visitor } from './visitor.ts'

const keysOf = (messages: readonly Message[]): (string | null)[] => messages.map((message) => message.clientMessageId)

/** I1 and I2 on what is stored: each message that was taken is there once, with its text, in the order in which its tab took it, and the sequence has no gap. */
function checkStored(visitor: Visitor, messages: readonly Message[], violations: Violations): void {
  const own = messages.filter(({ role }) => role === 'user')
  for (const { id, content } of visitor.intents) {
    const stored = own.filter((message) => message.clientMessageId === id)
    if (stored.length !== 1) violations.add('I1', `"${content}" is stored ${stored.length} times`)
    else if (stored[0]?.content !== content) violations.add('I1', `"${content}" is stored with another text`)
  }
  const owed = own.filter(({ clientMessageId }) => !visitor.risked.has(clientMessageId ?? ''))
  if (owed.length > visitor.intents.length)
    violations.add('I1', `${visitor.name} has ${owed.length - visitor.intents.length} messages too many`)
  const gapAt = messages.findIndex(({ sequence }, index) => sequence !== index + 1)
  if (gapAt >= 0) violations.add('I2', `${visitor.name}: place ${gapAt + 1} has sequence ${messages[gapAt]?.sequence}`)
  // Tabs of which one has lost its database keep two outboxes, each in its order.
  if (!visitor.isOrdered) return
  const stored = keysOf(own).filter((key, index, all) => all.indexOf(key) === index)
  for (const tab of new Set(visitor.intents.map((intent) => intent.tab))) {
    const ofTab = visitor.intents.filter((intent) => intent.tab === tab).map(({ id }) => id)
    const wanted = ofTab.filter((id) => stored.includes(id))
    const seen = stored.filter((key) => ofTab.some((id) => id === key))
    const at = wanted.findIndex((id, index) => id !== seen[index])
    const early = visitor.intents.find(({ id }) => id === seen[at])
    if (early) violations.add('I2', `"${early.content}" is stored before what was written before it in the same tab`)
  }
}

/** I6 and I13 on what is shown: nothing waits any more, and the timeline is the server's. */
function checkShown(visitor: Visitor, open: OpenTab, messages: readonly Message[], violations: Violations): void {
  const { outbox, delivery, connection } = open.client.state
  for (const entry of outbox)
    violations.add(
      'I6',
      `"${entry.content}" is still ${entry.delivery.state} ${entry.delivery.state === 'failed' ? entry.delivery.code : ''}`,
    )
  if (delivery.isFailing || delivery.isWaitingForToken) violations.add('I6', `${visitor.name} still shows trouble`)
  // Nobody writes to a visitor who has said nothing.
  if (connection.state !== 'live' && messages.length > 0)
    violations.add('I6', `${visitor.name} is ${connection.state}, not live`)
  const shown = visitor
    .timelineOf(open)
    .map((item) =>
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

/** I15: all tabs of a visitor hear the server on one socket. */
function checkLine(visitor: Visitor, violations: Violations): void {
  const sockets = visitor.tabs.reduce((sum, { tab }) => sum + tab.network.sockets.length, 0)
  if (sockets > 1) violations.add('I15', `${visitor.name} has ${sockets} sockets in ${visitor.tabs.length} tabs`)
}

/** What must hold once the faults are over and things have had time to settle. */
export function checkConverged(visitor: Visitor, server: ServerModel, violations: Violations): void {
  const conversation = server.store.conversationsOf(visitor.visitorId)[0]
  const messages = (conversation && server.store.messagesOf(visitor.visitorId, conversation.id)) ?? []
  checkStored(visitor, messages, violations)
  for (const open of visitor.tabs) checkShown(visitor, open, messages, violations)
  checkLine(visitor, violations)
}

/** C14: whoever starts work owns how it stops. Nothing of a client is left once it is disposed of. */
export function checkStopped(visitor: Visitor, violations: Violations): void {
  for (const { clock, network, life } of visitor.tabs.map(({ tab }) => tab)) {
    const left = { timers: clock.pendingTimers, sockets: network.sockets.length, listeners: life.listenerCount }
    for (const [what, count] of Object.entries(left))
      if (count > 0) violations.add('I6', `${visitor.name} leaves ${count} ${what} behind`)
  }
}
