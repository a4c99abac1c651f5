import type { ConversationId, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { key, openFor, startMs, text, visitor } from '../../tests/suite-data.ts'
import { openTestSqlite, storeParts } from '../../tests/sqlite-stores.ts'
import type { Change } from './changes.ts'
import type { Write } from './connection.ts'
import type { NewProfile } from './contract.ts'
import { orgLike } from './contract-suite.ts'
import { createStore } from './create-store.ts'
import { createSqliteConnection } from './sqlite/sqlite-store.ts'

/** The real store, with what it would tell other servers of each write that it has made. */
async function rig() {
  const parts = storeParts()
  const connection = createSqliteConnection({ ...openTestSqlite(), ...parts })
  const told: Change[] = []
  const write = async <Result>(wanted: Write<Result>) => {
    const result = await connection.write(wanted)
    if (typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'unavailable')
      return result
    told.push(...(wanted.changesOf?.(result as Result) ?? []))
    return result
  }
  const store = createStore({ ...parts, connection: { ...connection, write } })
  const org = orgLike('a')
  await store.putOrg(org)
  const takeTold = () => told.splice(0).map(({ sequence, audience }) => [sequence, audience])
  return { ours: store.ofOrg(org.id), takeTold, told, org }
}

const at = (sequence: number) => sequence as Sequence

describe('what other servers hear of a write', () => {
  it('[CV34] is the conversation that was made, and nothing of one that was there', async () => {
    const { ours, told, takeTold, org } = await rig()
    const { conversation } = await openFor(ours, 'v')
    expect(told).toEqual([
      { orgId: org.id, conversationId: conversation.id, sequence: undefined, audience: 'everybody' },
    ])
    takeTold()
    await openFor(ours, 'v')
    expect(takeTold()).toEqual([])
  })

  it('[CV35] is each message that was stored, by itself or with others, and none that was there', async () => {
    const { ours, takeTold } = await rig()
    const { id } = (await openFor(ours, 'v')).conversation
    takeTold()
    const message = (content: string) => text(id, content, { clientMessageId: key(content) })
    await ours.appendMessage(message('a'))
    expect(takeTold()).toEqual([[1, 'everybody']])
    await ours.appendMessage(message('a'))
    expect(takeTold()).toEqual([])
    await ours.appendMessages([message('a'), message('b'), message('c')])
    expect(takeTold()).toEqual([
      [2, 'everybody'],
      [3, 'everybody'],
    ])
  })

  it('[CV36] is a change of status or of how far somebody has read, to those whom it concerns, and nothing that was so before', async () => {
    const { ours, takeTold } = await rig()
    const { id } = (await openFor(ours, 'v')).conversation
    await ours.appendMessage(text(id, 'a'))
    const heardOf = async (write: () => Promise<unknown>) => {
      takeTold()
      await write()
      await write()
      return takeTold()
    }
    expect(await heardOf(() => ours.setStatus(id, 'resolved'))).toEqual([[undefined, 'everybody']])
    expect(await heardOf(() => ours.markRead(id, at(1)))).toEqual([[undefined, 'everybody']])
    const { visitorId } = visitor('v')
    expect(await heardOf(() => ours.markVisitorRead(id, visitorId, at(1)))).toEqual([[undefined, 'agents']])
    expect(await heardOf(() => ours.setStatus('nobody' as ConversationId, 'open'))).toEqual([])
  })

  it('[CV37] is a name that was told anew, to the agents, where its visitor has a conversation', async () => {
    const { ours, takeTold } = await rig()
    const put = (name: string, more: Partial<NewProfile>) =>
      ours.putProfile({ visitorId: visitor(name).visitorId, browser: null, nowMs: startMs, ...more })
    await put('w', { name: 'Ann' })
    await openFor(ours, 'v')
    takeTold()
    await put('v', { name: 'Ann' })
    expect(takeTold()).toEqual([[undefined, 'agents']])
    expect(await put('v', { name: 'Eve' })).toMatchObject({ kind: 'too-soon' })
    expect(takeTold()).toEqual([])
  })
})
