import type { Mutant } from './mutant.ts'

const inFile =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace })
const renewer = inFile('renewer.ts')
const held = inFile('held-token.ts')
const line = inFile('waiting-line.ts')
const tabs = inFile('tab-line.ts')
const failure = inFile('token-failure.ts')
const bothClocks = 'Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)'

/** Bugs that an engine like ours has had, or could have. Each must be noticed by the renewal world. */
export const mutants: readonly Mutant[] = [
  renewer('no lock between the tabs', 'if (patienceMs > 0) {', 'if (patienceMs > 1e9) {'),
  tabs('another tab is waited for without bound', 'return untilMs - nowMs', 'return untilMs - nowMs + 1e9'),
  tabs(
    'a background renewal does not wait for another tab',
    'const idlePatienceMs = 10_000',
    'const idlePatienceMs = 0',
  ),
  tabs('a caller waits for another tab for too long', 'const patienceMs = 2_000', 'const patienceMs = 8_000'),
  renewer(
    'the turn is never given back',
    'if (this.#startInMs() <= 0) await this.#renew()',
    'void this.#renew(); await new Promise(() => {})',
  ),
  tabs('a page that is put aside keeps its channel', 'this.#channel?.close()', ''),
  renewer('dispose leaves the channel open', 'this.#tabs?.close()\n    this.#held', 'this.#held'),
  renewer('dispose keeps on hearing the page', 'this.#stopHearingLife?.()', ''),
  renewer('the old timer is not cleared', 'this.#cancelTimer?.()', ''),
  renewer('a new token is told to no other tab', 'tookMs)) this.#tell()', 'tookMs)) void 0'),
  renewer('a tab that opens is told nothing', "if (message?.type === 'ask') this.#tell()", ''),
  renewer('starts are told to no other tab', "this.#tabs?.post({ type: 'start', atMs: clock.nowMs() })", ''),
  renewer(
    'failures are told to no other tab',
    "this.#tabs?.post({ type: 'fail', atMs: this.#config.clock.nowMs(), ...failure })",
    '',
  ),
  renewer('an older token overwrites a newer one', 'message.issuerNowMs > held.issuerNowMs', 'true'),
  tabs('the channel is one for all owners', 'channels.open(`${this.#tabs.name}/1`', 'channels.open(`/1`'),
  renewer('a refused token is taken back from another tab', ' || this.#refusedTokens.includes(message.token)', ''),
  tabs('a token from another tab counts as fresh', 'Math.max(0, wallMs - message.askedAtMs)', '0'),
  tabs('old words count as news', '< 10_000', '< Infinity'),
  renewer('callers are left hanging at a final no', 'isFinal || usable !== undefined', 'usable !== undefined'),
  held('a token is used to the very end', 'held.lifeMs - Math.min(1_000, held.lifeMs / 20)', 'held.lifeMs'),
  held('one ms too many', 'ageMs(held, clock) < held', 'ageMs(held, clock) <= held'),
  renewer(
    'a due token is shown',
    'heldForMs < held.dueAfterMs ? held.token',
    'heldForMs <= held.dueAfterMs + 1 ? held.token',
  ),
  held('the wall clock alone tells the age', bothClocks, 'clock.nowMs() - asked.wallMs'),
  held('the monotonic clock alone tells the age', bothClocks, 'clock.monotonicMs() - asked.monotonicMs'),
  failure('Retry-After is read as ms', 'Math.max(1_000, retryAfterMs)', 'retryAfterMs / 1_000'),
  failure('Retry-After is heeded for ever', 'Math.min(longestWaitMs, demandedMs)', 'demandedMs'),
  renewer(
    'Retry-After is ignored',
    'this.#fail(answer.kind, answer.reason, answer.retryAfterMs, tookMs)',
    'this.#fail(answer.kind, answer.reason, undefined, tookMs)',
  ),
  renewer('any answer counts as a refusal of the token', 'if (!isTokenRefusal(answer)) return answer', ''),
  renewer(
    'a refused request is replayed until it is taken',
    'return send(await this.validToken(options))',
    'return this.withToken(send, isTokenRefusal, options)',
  ),
  renewer('a refused request is not replayed', 'return send(await this.validToken(options))', 'return answer'),
  renewer(
    'each caller renews',
    'if (this.#attempt || this.#isDisposed) return Infinity',
    'if (this.#isDisposed) return Infinity',
  ),
  renewer('the loop of refusals is not ended', 'held.isAfterRefusal && ageMs', 'false && ageMs'),
  held('all renew at one point of the life', '0.1 * fraction', '0.05 + 0 * fraction'),
  held('the point of renewal ahead lies past due', 'Math.min(lifeMs, dueAfterMs / 0.9) * (0.8', 'lifeMs * (1.8'),
  renewer('sleep is not noticed', 'const lookEveryMs = 30_000', 'const lookEveryMs = 1e9'),
  renewer(
    'an answer is waited for too long',
    'attempt(fetchToken, attemptWithinMs,',
    'attempt(fetchToken, 10 * attemptWithinMs,',
  ),
  renewer('the budget is off', 'this.#budget.spend(this.#startedAtMs)', ''),
  renewer('a late refusal forces a renewal', 'if (isLate) return', 'if (!held) return'),
  failure('a final no is asked again at once', 'blockedMs: isFinal ? refusedForMs', 'blockedMs: isFinal ? 0'),
  failure('the backoff has no cap', 'isInUse ? 30_000 : 300_000', 'isInUse ? 1e9 : 1e9'),
  line('no deadline is armed for a caller', 'this.#clock.startTimer(withinMs, ', 'this.#clock.startTimer(1e9, '),
  line('the signal of a caller is not heard', "signal?.addEventListener('abort', onAbort)", ''),
  line('an aborted signal is overlooked', 'if (signal?.aborted) onAbort()\n      else if', 'if'),
  line('the queue has no bound', 'this.#waiters.size > this.#maxLength', 'false'),
  line('who has left still counts as waiting', 'this.#waiters.delete(settle)', ''),
  renewer(
    'nobody asks again after a failure',
    'this.#backoffUntilMs = nowMs + failure.backoffMs',
    'this.#backoffUntilMs = nowMs + failure.backoffMs * 1e6',
  ),
  renewer(
    'renewals go on though nobody wants a token',
    'let wishInMs = this.#line.length > 0 ? 0 : Infinity',
    'let wishInMs = 0',
  ),
  renewer(
    'a failed renewal is what is remembered',
    'this.#failure = this.#cause = undefined',
    'this.#cause = undefined',
  ),
  renewer('a use of a dead token is remembered for ever', 'this.#isUsed && this.#alive', 'this.#isUsed'),
  renewer(
    'the budget forgets the life of a refused token',
    'freeAtMs(nowMs, this.#lifeMs)',
    'freeAtMs(nowMs, held?.lifeMs)',
  ),
  renewer('another turn is looked for in 10 s only', 'Math.min(patienceMs, 1_000)', 'patienceMs'),
]
