import type { Mutant } from './mutant.ts'

const renewer = (name: string, find: string, replace: string): Mutant => ({ name, file: 'renewer.ts', find, replace })

/** Bugs that an engine like ours has had, or could have. Each must be noticed by the renewal world. */
export const mutants: readonly Mutant[] = [
  renewer(
    'the due timer of an older token is not cleared',
    'this.#cancelDue?.()\n    this.#cancelDue = clock',
    'this.#cancelDue = clock',
  ),
  renewer('callers are left hanging at a final no', 'this.#line.turnAway(this.#failure())', ''),
  {
    name: 'a token is used at the very end',
    file: 'held-token.ts',
    find: '< this.unusableAfterMs',
    replace: '<= this.unusableAfterMs',
  },
  {
    name: 'the wall clock alone tells the age',
    file: 'held-token.ts',
    find: 'Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)',
    replace: 'clock.nowMs() - asked.wallMs',
  },
  {
    name: 'the monotonic clock alone tells the age',
    file: 'held-token.ts',
    find: 'Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)',
    replace: 'clock.monotonicMs() - asked.monotonicMs',
  },
  renewer('Retry-After is read as ms', 'Math.max(1_000, answer.retryAfterMs)', 'answer.retryAfterMs / 1_000'),
  renewer('Retry-After is ignored', 'answer.retryAfterMs !== undefined', 'answer.retryAfterMs === null'),
  renewer('any answer counts as a refusal of the token', 'if (!isTokenRefusal(answer)) return answer', ''),
  renewer(
    'a refused request is replayed until it is taken',
    'return send(this.#sendable() ?? (await this.validToken(options)))',
    'return this.withToken(send, isTokenRefusal, options)',
  ),
  renewer('an older token overwrites a newer one', 'this.#held = held\n', 'this.#held ??= held\n'),
  renewer('each caller renews', "if (this.#phase.phase === 'renewing' || this.#phase.phase === 'disposed') return", ''),
  renewer('the 401 loop is not ended', 'nowMs - held.asked.monotonicMs < forcedAgainWithinMs', 'false'),
  {
    name: 'all renew at one point of the life',
    file: 'held-token.ts',
    find: '0.1 * fraction',
    replace: '0.05 + 0 * fraction',
  },
  {
    name: 'the point of renewal ahead lies past due',
    file: 'held-token.ts',
    find: 'Math.min(this.lifeMs, this.dueAfterMs / 0.9) * (0.8',
    replace: 'this.lifeMs * (1.8',
  },
  renewer(
    'a late answer is accepted',
    'attempt(fetchToken, attemptWithinMs, clock',
    'attempt(fetchToken, 10 * attemptWithinMs, clock',
  ),
  renewer('the budget is off', 'this.#budget.spend(asked.monotonicMs)', ''),
  renewer('a late refusal forces a renewal', 'if (held?.token !== token) return', 'if (!held) return'),
  renewer('a final no is asked again at once', 'this.#blockedUntilMs = nowMs + refusedForMs', ''),
  {
    name: 'no deadline is armed for a caller',
    file: 'waiting-line.ts',
    find: 'this.#clock.startTimer(withinMs, ',
    replace: 'this.#clock.startTimer(1e9, ',
  },
  {
    name: 'the signal of a caller is not heard',
    file: 'waiting-line.ts',
    find: "signal?.addEventListener('abort', onAbort, { once: true })",
    replace: '',
  },
  {
    name: 'an aborted signal is overlooked',
    file: 'waiting-line.ts',
    find: 'if (signal?.aborted)',
    replace: 'if (signal?.reason === 0)',
  },
  {
    name: 'the queue has no bound',
    file: 'waiting-line.ts',
    find: 'this.#waiters.size >= this.#maxLength',
    replace: 'false',
  },
  {
    name: 'the queue is served but not emptied',
    file: 'waiting-line.ts',
    find: 'this.#waiters.delete(waiter)',
    replace: '',
  },
  renewer('the backoff has no cap', 'isInUse ? 30_000 : 300_000', '1e9'),
  renewer('nobody asks again after a failure', 'if (this.#isWanted()) this.#scheduleAt(this.#backoffUntilMs)', ''),
  renewer(
    'renewals go on though nobody wants a token',
    'if (!held || this.#holders === 0) return',
    'if (!held) return',
  ),
  renewer('dispose leaves a timer', 'this.#cancelAhead?.()\n    this.#held', 'this.#held'),
  renewer('the refused token is kept', 'this.#held = this.#fresh = undefined\n    this.#cause', 'this.#cause'),
]
