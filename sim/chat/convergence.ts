import type { ConversationId } from '@helvino/protocol'
import type { Violations } from '../violations.ts'
import type { OpenTab, Person } from './person.ts'
import type { Ledger, StoredMessage } from './server/ledger.ts'

/** I1 and I2 on what is stored: each message that was taken is there once, with its text, in the order in which its tab took it, and the sequence has no gap. */
function checkStored(
  person: Person,
  messages: readonly StoredMessage[],
  isThere: (conversationId: string | undefined) => boolean,
  violations: Violations,
): void {
  const own = messages.filter(({ role, content }) => role === person.terms.role && content.startsWith(person.name))
  for (const { id, content, conversationId } of person.intents) {
    // The conversation was lost to an older copy: the message is shown as failed.
    if (!isThere(conversationId)) continue
    const stored = own.filter((message) => message.clientMessageId === id)
    if (stored.length !== 1) violations.add('I1', `"${content}" is stored ${stored.length} times`)
    else if (stored[0]?.content !== content) violations.add('I1', `"${content}" is stored with another text`)
  }
  const owed = own.filter(
    ({ clientMessageId, content }) => !person.risked.has(clientMessageId ?? '') && !person.unheard.has(content),
  )
  if (owed.length > person.intents.length)
    violations.add('I1', `${person.name} has ${owed.length - person.intents.length} messages too many`)
  if (person.isOrdered) checkOrder(person, own, violations)
}

/** Tabs of which one has lost its database keep two outboxes, each in its order; what was refused steps aside. */
function checkOrder(person: Person, own: readonly StoredMessage[], violations: Violations): void {
  const stored = [...new Set(own.map(({ clientMessageId }) => clientMessageId))]
  const intents = person.intents.filter(({ id }) => !person.refused.has(id))
  const lanes = new Map<string, typeof intents>()
  for (const [index, tab] of [...new Set(intents.map((intent) => intent.tab))].entries())
    for (const intent of intents.filter((each) => each.tab === tab)) {
      const lane = `${index} ${intent.conversationId ?? ''}`
      lanes.set(lane, [...(lanes.get(lane) ?? []), intent])
    }
  for (const ofLane of lanes.values()) {
    const wanted = ofLane.filter(({ id }) => stored.includes(id))
    const seen = stored.filter((key) => wanted.some(({ id }) => id === key))
    const at = wanted.findIndex(({ id }, index) => id !== seen[index])
    const early = intents.find(({ id }) => id === seen[at])
    if (early) violations.add('I2', `"${early.content}" is stored before what was written before it in the same tab`)
  }
}

/** I6 on what is shown: nothing waits any more. */
function checkSettled(
  { name }: Person,
  { client }: OpenTab,
  isKnown: boolean,
  isThere: (conversationId: string | undefined) => boolean,
  violations: Violations,
): void {
  const { outbox, delivery, connection } = client.state
  for (const entry of outbox.filter(({ conversationId }) => isThere(conversationId)))
    violations.add(
      'I6',
      `"${entry.content}" is still ${entry.delivery.state} ${entry.delivery.state === 'failed' ? entry.delivery.code : ''}`,
    )
  if (delivery.isFailing || delivery.isWaitingForToken) violations.add('I6', `${name} still shows trouble`)
  // Nobody writes to a visitor who has said nothing.
  if (connection.state !== 'live' && isKnown) violations.add('I6', `${name} is ${connection.state}, not live`)
}

/** I13 on what is shown: the timeline is the server's. */
function checkShown(
  { name }: Person,
  { client }: OpenTab,
  id: ConversationId | undefined,
  messages: readonly StoredMessage[],
  violations: Violations,
): void {
  const shown = client
    .timeline(id)
    .map((item) =>
      item.kind === 'confirmed' ? `${item.message.sequence} ${item.message.id}` : `${item.kind} ${item.key}`,
    )
  const stored = messages.map(({ sequence, id: messageId }) => `${sequence} ${messageId}`)
  // A long conversation is shown from its newest page on.
  const expected = stored.slice(-shown.length)
  if (shown.join() === expected.join() && shown.length >= Math.min(stored.length, 100)) return
  const at = shown.findIndex((line, index) => line !== expected[index])
  violations.add(
    'I13',
    `${name} shows ${shown.length} of ${stored.length} messages, first other line ${at}: ${shown[at]} for ${expected[at]}`,
  )
}

/** I15: all tabs of a person hear the server on one socket. */
function checkLine({ name, tabs }: Person, violations: Violations): void {
  const sockets = tabs.reduce((sum, { tab }) => sum + tab.network.sockets.length, 0)
  if (sockets > 1) violations.add('I15', `${name} has ${sockets} sockets in ${tabs.length} tabs`)
}

/** What must hold once the faults are over and things have had time to settle. */
export function checkConverged(person: Person, ledger: Ledger, violations: Violations): void {
  const { orgId, visitorId, role } = person.terms
  const ids = ledger.conversationsOf(orgId, visitorId)
  const conversations = new Map(ids.map((id) => [id, ledger.messagesOf(orgId, id)]))
  for (const [id, messages] of conversations) {
    const gapAt = messages.findIndex(({ sequence }, index) => sequence !== index + 1)
    if (gapAt >= 0) violations.add('I2', `place ${gapAt + 1} of ${id} has sequence ${messages[gapAt]?.sequence}`)
  }
  const isThere = (id: string | undefined) => id === undefined || ids.includes(id)
  checkStored(person, [...conversations.values()].flat(), isThere, violations)
  for (const open of person.tabs) {
    checkSettled(person, open, role === 'agent' || ids.length > 0, isThere, violations)
    if (role === 'user') checkShown(person, open, undefined, conversations.get(ids.at(-1) ?? '') ?? [], violations)
    else
      for (const id of open.client.state.threads.keys())
        if (isThere(id)) checkShown(person, open, id, conversations.get(id) ?? [], violations)
  }
  checkLine(person, violations)
}

/** C14: whoever starts work owns how it stops. Nothing of a client is left once it is disposed of. */
export function checkStopped(person: Person, violations: Violations): void {
  for (const { clock, network, life } of person.tabs.map(({ tab }) => tab)) {
    const left = { timers: clock.pendingTimers, sockets: network.sockets.length, listeners: life.listenerCount }
    for (const [what, count] of Object.entries(left))
      if (count > 0) violations.add('I6', `${person.name} leaves ${count} ${what} behind`)
  }
}
