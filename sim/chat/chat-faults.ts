import type { FaultTable } from '../swarm.ts'

/** What can go wrong in a chat world, and how strongly. */
export const chatFaults = {
  perRequest: { drop: 0.3, 'lose-response': 0.3, 'black-hole': 0.05, duplicate: 0.5, delay: 0.5, busy: 0.15 },
  perWorld: {
    // The network and the machines of people.
    outage: 3,
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
    // The machine of the server.
    'server-kill': 5,
    'server-stop': 3,
    'disk-locked': 3,
    'disk-full': 2,
    'disk-failing': 2,
    'commit-slow': 3,
    'commit-unknown': 3,
    'slow-readers': 3,
    'old-copy': 1,
    // Its operator.
    'org-off': 2,
    'writes-off': 2,
    'origin-off': 2,
    'sign-out': 2,
    'key-rotation': 2,
    'key-loss': 2,
  },
} as const satisfies FaultTable<string>

export type ChatFault = keyof typeof chatFaults.perRequest | keyof typeof chatFaults.perWorld

/** What has to be seen often enough over many worlds, as the trace counts it. */
export const chatSometimes: readonly string[] = [
  ...Object.keys({ ...chatFaults.perRequest, ...chatFaults.perWorld }).map((kind) => `fault ${kind}`),
  // Close codes and refusals that an honest client can meet; the others are the attack suite's.
  ...[1006, 1012, 4401, 4403, 4408].map((code) => `closed ${code}`),
  ...['token_invalid', 'token_expired', 'org_disabled', 'writes_disabled', 'origin_not_allowed', 'not_found'].map(
    (code) => `refused ${code}`,
  ),
  ...['unavailable', 'storage_full'].map((code) => `refused ${code}`),
  ...['write', 'before-commit', 'after-commit', 'before-answer', 'before-frame', 'after-answer'].map(
    (step) => `killed ${step}`,
  ),
  ...['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR'].map((code) => `answered ${code}`),
  ...['recovered true', 'recovered false', 'replayed', 'replayed on resume', 'replayed after commit unknown'],
  ...['commit unknown', 'failed writes_disabled', 'lost as told', 'batch'],
]
