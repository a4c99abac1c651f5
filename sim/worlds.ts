import { chatFaults } from './chat/chat-faults.ts'
import { runChatWorld } from './chat/chat-world.ts'
import type { WorldKind } from './world-kind.ts'

const chat: WorldKind = {
  name: 'chat',
  run: runChatWorld,
  sometimes: Object.keys({ ...chatFaults.perRequest, ...chatFaults.perWorld }).map((kind) => `fault ${kind}`),
}

/** Every kind of world, by name. */
export const worlds = { chat } as const

export type WorldName = keyof typeof worlds

export const worldNames = Object.keys(worlds) as WorldName[]

export const isWorldName = (name: string): name is WorldName => Object.hasOwn(worlds, name)
