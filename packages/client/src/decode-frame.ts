import { decodeServerFrame, decodeTyping, type ServerFrame } from '@helvino/protocol'
import type { Audience } from './audience.ts'

/** One frame from the server, as this audience hears it; `undefined` for one that it can leave aside. */
export const decodeFrame = (text: string, audience: Audience): ServerFrame | undefined =>
  (audience.decodeMore ?? decodeTyping)(text) ?? decodeServerFrame(text, audience.decodeConversation)
