import type { FaultTable } from '../swarm.ts'

/** What can go wrong in a chat world, and how strongly. */
export const chatFaults = {
  perRequest: { drop: 0.3, 'lose-response': 0.3, 'black-hole': 0.05, duplicate: 0.5, delay: 0.5, busy: 0.15 },
  perWorld: {
    outage: 3,
    rotation: 3,
    'wall-step': 3,
    sleep: 2,
    freeze: 2,
    reload: 2,
    'socket-cut': 8,
    'half-open': 4,
    offline: 3,
    kill: 2,
    'storage-blocked': 2,
    'storage-fails': 2,
    'storage-hangs': 1,
  },
} as const satisfies FaultTable<string>

export type ChatFault = keyof typeof chatFaults.perRequest | keyof typeof chatFaults.perWorld
