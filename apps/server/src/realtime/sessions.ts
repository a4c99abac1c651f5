import { closeCodes, limits, type OrgId, type Sequence } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { Admission } from '../admission/admission.ts'
import type { Authenticate, CallerPlace, Recheck } from '../auth/authenticate.ts'
import { callerOf } from '../auth/principal.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { NoteTyping } from '../conversations/typing.ts'
import type { FanOut } from '../fan-out/contract.ts'
import { Listeners } from './listeners.ts'
import { Rechecks } from './rechecks.ts'
import { Session } from './session.ts'
import type { SessionPorts, SessionSocket } from './session-ports.ts'

/** Clients that lose this server return spread over so long, in ms. */
const restartSpreadMs = 2_000

export interface SessionsOptions {
  readonly clock: Clock
  readonly random: Random
  readonly conversations: Pick<Conversations, 'findConversation' | 'listMessages'>
  readonly fanOut: FanOut
  readonly authenticate: Authenticate
  readonly recheck: Recheck
  readonly noteTyping: NoteTyping
  readonly admission: Pick<Admission, 'takeKnown' | 'enterMember' | 'comeBackInMs'>
  readonly onFailure: (error: unknown) => void
}

export interface Sessions {
  /** Begins the life of an open socket of a page at `place`. What it says goes to `receive`, its end to `onGone`. */
  open(socket: SessionSocket, place: CallerPlace): Session
  /** Closes every socket with a spread hint; from here on none may be opened. */
  close(): void
  areClosed(): boolean
  count(): number
  /** Closes the sockets of one organisation, which come back at once. */
  drop(orgId: OrgId): void
}

/** What one session asks of the server: the same door, and the same rules, as HTTP. */
function conversationPorts(
  { authenticate, recheck, conversations, noteTyping, admission }: SessionsOptions,
  place: CallerPlace,
) {
  return {
    authenticate(token, audience) {
      const credentials = {
        orgKey: undefined,
        siteId: undefined,
        orgToken: audience === 'visitor' ? token : undefined,
        agentToken: audience === 'agent' ? token : undefined,
        visitorId: undefined,
        ...place,
      }
      return authenticate(credentials, audience, (caller) => admission.takeKnown(caller, 'hello'))
    },
    comeBackInMs: admission.comeBackInMs,
    recheck: (member) => recheck(member, place),
    noteTyping,
    async findConversation(member, id) {
      const found = await conversations.findConversation(member, id)
      return found.kind === 'found' ? found.conversation : undefined
    },
    async listMessages(member, id, after) {
      const window = { after, before: undefined, limit: limits.pageMessages }
      const listed = await conversations.listMessages(member, id, window)
      return listed.kind === 'listed' ? listed.page : undefined
    },
    async findMessageId(member, id, sequence) {
      const window = { after: (sequence - 1) as Sequence, before: undefined, limit: 1 }
      const listed = await conversations.listMessages(member, id, window)
      return listed.kind === 'listed' ? listed.page.messages[0]?.id : undefined
    },
  } satisfies Partial<SessionPorts>
}

/** Every session of this process: who hears what is committed, who is asked again whether it may stay, and the orderly end. */
export function createSessions(options: SessionsOptions): Sessions {
  const { clock, random, fanOut, onFailure } = options
  const listeners = new Listeners()
  const sessions = new Set<Session>()
  const rechecks = new Rechecks(clock)
  const unsubscribe = fanOut.subscribe((event) => {
    listeners.deliver(event)
  })
  /** They come back by themselves, and resume by sequence what they have missed. */
  const sendBack = () => {
    for (const session of sessions) {
      const retryInMs = Math.round(random.fraction() * restartSpreadMs)
      session.close(closeCodes.restart, `retry-in-ms:${String(retryInMs)}`)
    }
  }
  const unsubscribeLoss = fanOut.onLoss(sendBack)
  let areClosed = false

  return {
    open(socket, place) {
      let leave = () => {}
      const session = new Session(socket, {
        ...conversationPorts(options, place),
        clock,
        join(member) {
          const leavePlace = options.admission.enterMember(callerOf(member))
          if (!leavePlace) return false
          const stopHearing = listeners.add(member, session)
          leave = () => {
            leavePlace()
            stopHearing()
          }
          rechecks.add(session)
          return true
        },
        onClosed() {
          leave()
          rechecks.remove(session)
          sessions.delete(session)
        },
        onFailure,
      })
      sessions.add(session)
      return session
    },
    close() {
      areClosed = true
      unsubscribe()
      unsubscribeLoss()
      sendBack()
    },
    areClosed: () => areClosed,
    count: () => sessions.size,
    drop(orgId) {
      for (const session of sessions) if (session.isOf(orgId)) session.close(closeCodes.restart, 'retry-in-ms:0')
    },
  }
}
