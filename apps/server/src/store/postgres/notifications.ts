import type { ConversationId, OrgId, Sequence } from '@helvino/protocol'
import type { Change } from '../changes.ts'

/** The channel on which servers tell each other what they have committed (PostgreSQL manual, `NOTIFY`). */
export const channel = 'helvino'

/** A payload must be shorter than 8,000 bytes. */
const maxPayloadBytes = 7_900

/** Messages of one conversation, from the first to the last sequence; 0 and 0: the conversation only. */
export interface ChangedRange {
  readonly orgId: OrgId
  readonly conversationId: ConversationId
  readonly first: number
  readonly last: number
  readonly audience: Change['audience']
}

export type Notice =
  | { readonly kind: 'changed'; readonly node: string; readonly ranges: readonly ChangedRange[] }
  | { readonly kind: 'passed'; readonly node: string; readonly events: readonly object[] }

type RangeTuple = readonly [orgId: string, conversationId: string, first: number, last: number, isForAgents: 0 | 1]

/** The items as JSON arrays, as many in each as fit. One that is too large alone is left out. */
function packed(items: readonly unknown[], mostBytes: number): readonly string[] {
  const packs: string[] = []
  let open = ''
  for (const item of items) {
    const text = JSON.stringify(item)
    const longer = open === '' ? text : `${open},${text}`
    if (Buffer.byteLength(longer) + 2 <= mostBytes) open = longer
    else {
      if (open !== '') packs.push(`[${open}]`)
      open = Buffer.byteLength(text) + 2 <= mostBytes ? text : ''
    }
  }
  return open === '' ? packs : [...packs, `[${open}]`]
}

/** Within one transaction a conversation's messages follow each other without a gap: its row is locked. */
function rangesOf(changes: readonly Change[]): readonly RangeTuple[] {
  const ranges = new Map<string, RangeTuple>()
  for (const { orgId, conversationId, sequence = 0, audience } of changes) {
    const key = `${orgId} ${conversationId}`
    const [, , first = 0, , isForAgents = 1] = ranges.get(key) ?? []
    ranges.set(key, [
      orgId,
      conversationId,
      first === 0 ? sequence : first,
      Math.max(sequence, ranges.get(key)?.[3] ?? 0),
      audience === 'agents' ? isForAgents : 0,
    ])
  }
  return [...ranges.values()]
}

/** Payloads that tell of these changes: mostly one, however many there are. */
export const changesNotices = (node: string, changes: readonly Change[]): readonly string[] =>
  packed(rangesOf(changes), maxPayloadBytes - node.length - 2).map((json) => `${node} c${json}`)

/** Payloads that hold these events. */
export const passedNotices = (node: string, events: readonly object[]): readonly string[] =>
  packed(events, maxPayloadBytes - node.length - 2).map((json) => `${node} p${json}`)

/** `undefined` for what no Helvino of this version wrote. */
export function readNotice(payload: string): Notice | undefined {
  const [, node, kind, json] = /^(\S+) ([cp])(\[.*\])$/su.exec(payload) ?? []
  if (node === undefined || json === undefined) return undefined
  if (kind === 'p') return { kind: 'passed', node, events: JSON.parse(json) as object[] }
  const ranges = (JSON.parse(json) as RangeTuple[]).map(([orgId, conversationId, first, last, isForAgents]) => ({
    orgId: orgId as OrgId,
    conversationId: conversationId as ConversationId,
    first: first as Sequence,
    last: last as Sequence,
    audience: isForAgents === 1 ? ('agents' as const) : ('everybody' as const),
  }))
  return { kind: 'changed', node, ranges }
}
