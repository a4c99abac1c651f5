import { chatSometimes } from './chat/chat-faults.ts'
import { runChatWorld } from './chat/chat-world.ts'
import { renewalSometimes } from './renewal/renewal-faults.ts'
import { runRenewalWorld } from './renewal/renewal-world.ts'
import type { WorldKind } from './world-kind.ts'

const chat: WorldKind = {
  name: 'chat',
  run: runChatWorld,
  sometimes: chatSometimes,
}

const renewal: WorldKind = {
  name: 'renewal',
  run: runRenewalWorld,
  sometimes: renewalSometimes,
}

/** Every kind of world, by name. */
export const worlds = { chat, renewal } as const

export type WorldName = keyof typeof worlds

export const worldNames = Object.keys(worlds) as WorldName[]

export const isWorldName = (name: string): name is WorldName => Object.hasOwn(worlds, name)
