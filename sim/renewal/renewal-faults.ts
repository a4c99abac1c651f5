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

const causes = ['first', 'use', 'ahead', 'refused', 'manual']

/** What has to be seen often enough, as the trace counts it: every fault, event, error and change of phase, and what tabs do for each other. */
export const renewalSometimes: readonly string[] = [
  ...Object.keys({ ...renewalFaults.perRequest, ...renewalFaults.perWorld }).map((kind) => `fault ${kind}`),
  ...['renewing', 'renewed', 'failed'].flatMap((type) => causes.map((cause) => `event ${type} ${cause}`)),
  ...['event refused', 'late refusal', 'stale serve', 'shared', 'hand-over', 'takeover of a frozen leader', 'orphan'],
  ...['unavailable', 'refused', 'rejected', 'aborted', 'queue-full', 'disposed'].map((code) => `error ${code}`),
  ...['resting to renewing', 'renewing to resting', 'renewing to waiting'].map((change) => `phase ${change}`),
  ...['waiting to renewing', 'waiting to resting', 'resting to waiting'].map((change) => `phase ${change}`),
  ...[200, 403, 429, 500, 502, 503].map((status) => `issuer ${status}`),
  ...[200, 401, 403, 429, 500, 502, 503].map((status) => `server ${status}`),
  ...['sent ok', 'sent not_allowed', 'sent token_invalid', 'sent busy', 'sent no_answer'],
  'renewal without its answer',
]
