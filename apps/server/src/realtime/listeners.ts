import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import type {
  ConversationEvent,
  FanOutEvent,
  GoneEvent,
  NoteEvent,
  TypingEvent,
  VisitorEvent,
} from '../fan-out/contract.ts'
import { encodeServerFrame, EventText } from './event-text.ts'
import { type Member, orgOfMember } from './member.ts'

export interface Listener {
  hear(text: EventText): void
  /** What is told as it happens, and of no use to a session that is behind still. */
  hearNow(text: string): void
  /** `typistId`: the agent who writes, where it is one. */
  hearTyping(text: string, typistId: string | undefined): void
  /** What has no place among the missed messages: it need not wait for them. For agents. */
  hearAside(text: string): void
}

interface OrgListeners {
  readonly agents: Set<Listener>
  readonly visitors: Map<PublicVisitorId, Set<Listener>>
}

/** Who hears what: a visitor's sessions hear that visitor's conversations, an agent's all of the org. Nothing crosses an org. */
export class Listeners {
  readonly #orgs = new Map<OrgId, OrgListeners>()

  /** Returns the removal. */
  add(member: Member, listener: Listener): () => void {
    const orgId = orgOfMember(member)
    const org: OrgListeners = this.#orgs.get(orgId) ?? { agents: new Set(), visitors: new Map() }
    this.#orgs.set(orgId, org)
    const sessions = member.kind === 'agent' ? org.agents : (org.visitors.get(member.visitorId) ?? new Set<Listener>())
    if (member.kind === 'visitor') org.visitors.set(member.visitorId, sessions)
    sessions.add(listener)
    return () => {
      sessions.delete(listener)
      if (member.kind === 'visitor' && sessions.size === 0) org.visitors.delete(member.visitorId)
      if (org.agents.size === 0 && org.visitors.size === 0) this.#orgs.delete(orgId)
    }
  }

  deliver(event: FanOutEvent): void {
    const org = this.#orgs.get(event.orgId)
    if (!org) return
    if ('typing' in event) tellTyping(org, event)
    else if ('profile' in event) tellProfile(org, event)
    else if ('note' in event) tellNote(org, event)
    else if ('gone' in event) tellGone(org, event)
    else tell(org, event)
  }
}

function tell(org: OrgListeners, event: ConversationEvent): void {
  const text = new EventText(event)
  const visitors = event.audience === 'everybody' ? org.visitors.get(event.visitorId) : undefined
  // Agents first: the visitor who wrote hears of it from the answer to the request too.
  for (const listener of org.agents) listener.hear(text)
  for (const listener of visitors ?? []) listener.hear(text)
}

/** A visitor hears that somebody answers, and not who; agents hear who of them does, by name, and that the visitor writes. */
function tellTyping({ agents, visitors }: OrgListeners, { conversationId, visitorId, typing }: TypingEvent): void {
  const { role } = typing
  const frame = { type: 'typing', conversationId, role } as const
  const isAgent = role === 'agent'
  const plain = encodeServerFrame(frame)
  if (isAgent) for (const listener of visitors.get(visitorId) ?? []) listener.hearTyping(plain, undefined)
  const named = isAgent ? encodeServerFrame({ ...frame, name: typing.name }) : plain
  for (const listener of agents) listener.hearTyping(named, isAgent ? typing.userId : undefined)
}

function tellProfile({ agents }: OrgListeners, { profile }: VisitorEvent): void {
  const text = encodeServerFrame({ type: 'visitor', visitor: profile })
  for (const listener of agents) listener.hearNow(text)
}

/** No visitor is ever told. */
function tellNote({ agents }: OrgListeners, { note }: NoteEvent): void {
  const text = encodeServerFrame({ type: 'note', note })
  for (const listener of agents) listener.hearAside(text)
}

function tellGone({ agents }: OrgListeners, { gone }: GoneEvent): void {
  const text = encodeServerFrame({ type: 'gone', conversationIds: gone })
  for (const listener of agents) listener.hearAside(text)
}
