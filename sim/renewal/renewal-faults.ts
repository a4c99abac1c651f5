import type { FaultTable } from '../swarm.ts'

/** What can go wrong in a renewal world, and how strongly. */
export const renewalFaults = {
  perRequest: {
    drop: 0.3,
    'lose-response': 0.3,
    'black-hole': 0.02,
    duplicate: 0.5,
    delay: 0.4,
    reorder: 0.2,
    busy: 0.2,
    'stray-refusal': 0.1,
    'no-permission': 0.2,
  },
  perWorld: {
    outage: 3,
    'busy-spell': 3,
    'issuer-refuses': 2,
    'server-refuses': 2,
    'issuer-step': 2,
    rotation: 4,
    revocation: 6,
    skew: 1,
    'wall-step': 4,
    sleep: 2,
    freeze: 8,
    hide: 10,
    throttle: 6,
    bfcache: 5,
    crash: 5,
    reload: 5,
    close: 5,
    offline: 3,
    'silent-offline': 3,
    'no-locks': 1,
    'no-channels': 1,
    'slow-channel': 3,
    'orphaned-lock': 3,
  },
} as const satisfies FaultTable<string>

export type RequestFault = keyof typeof renewalFaults.perRequest
export type WorldFault = keyof typeof renewalFaults.perWorld
export type RenewalFault = RequestFault | WorldFault
