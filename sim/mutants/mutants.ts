import { inFile, type Mutant } from './mutant.ts'

const renewer = inFile('renewer.ts')
const held = inFile('held-token.ts')
const line = inFile('waiting-line.ts')
const tabs = inFile('tab-line.ts')
const failure = inFile('token-failure.ts')
const replay = inFile('with-token.ts')
const budget = inFile('renewal-budget.ts')
const bothClocks = 'Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)'

/** Bugs that an engine like ours has had, or could have. Each must be noticed by the renewal world. */
export const mutants: readonly Mutant[] = [
  renewer('no lock between the tabs', 'if (tabs && patienceMs > 0) {', 'if (tabs && patienceMs > 1e9) {'),
  tabs('another tab is waited for without bound', 'Math.max(wishedAtMs, joinedAtMs) + 2_000', '1e9'),
  tabs(
    'a background renewal does not wait for another tab',
    'wishedAtMs + 8_000 + 1_000 * random.fraction()',
    '-Infinity',
  ),
  tabs('a caller waits for another tab for too long', 'joinedAtMs) + 2_000', 'joinedAtMs) + 8_000'),
  renewer(
    'the turn is never given back',
    'if (this.#startInMs() <= 0) await this.#renew()',
    'void this.#renew(); await new Promise(() => {})',
  ),
  tabs('a page that is put aside keeps its channel', 'this.#channel?.close()', ''),
  renewer('dispose leaves the channel open', 'this.#tabs?.close()\n    this.#attempt?', 'this.#attempt?'),
  renewer('dispose keeps on hearing the page', 'this.#stopHearingLife?.()', ''),
  renewer('the old timer is not cleared', 'this.#cancelTimer?.()', ''),
  renewer('a new token is told to no other tab', 'this.#tell()\n    else', 'void 0\n    else'),
  renewer('a tab that opens is told nothing', "if (message.type === 'ask') this.#tell()", ''),
  renewer('starts are told to no other tab', "this.#tabs?.post({ type: 'start' })", ''),
  renewer('failures are told to no other tab', "this.#tabs?.post({ type: 'fail', ...failure })", ''),
  renewer('an older token overwrites a newer one', 'message.issuerNowMs > held.issuerNowMs', 'true'),
  tabs('the channel is one for all owners', 'channels.open(`${this.#tabs.name}/2`', 'channels.open(`/2`'),
  renewer('a refused token is taken back from another tab', ' && !this.#refusedTokens.includes(message.token)', ''),
  tabs('a token from another tab counts as fresh', 'told.ageMs + Math.max(0, clock.nowMs() - told.atMs)', '0'),
  tabs('old words count as news', '< 10_000', '< Infinity'),
  renewer('callers are left hanging at a final no', 'if (isFinal || served)', 'if (served)'),
  held('a token is used to the very end', 'held.lifeMs - Math.min(1_000, held.lifeMs / 20)', 'held.lifeMs'),
  held('one ms too many', '/ 20) - ageMs(held, clock)', '/ 20) - ageMs(held, clock) + 1'),
  renewer('a token is never held back', 'this.#failure ? 0 : this.#config.holdBackMs', '0'),
  held('the wall clock alone tells the age', bothClocks, 'clock.nowMs() - asked.wallMs'),
  held('the monotonic clock alone tells the age', bothClocks, 'clock.monotonicMs() - asked.monotonicMs'),
  failure('Retry-After is read as ms', 'Math.max(1_000, retryAfterMs)', 'retryAfterMs / 1_000'),
  failure(
    'Retry-After is heeded for ever',
    'Math.min(longestWaitMs, Math.max(1_000, retryAfterMs))',
    'Math.max(1_000, retryAfterMs)',
  ),
  renewer(
    'Retry-After is ignored',
    'this.#fail(answer, tookMs)',
    'this.#fail({ ...answer, retryAfterMs: undefined }, tookMs)',
  ),
  replay('any answer counts as a refusal of the token', 'if (!isTokenRefusal(first)) return first', ''),
  replay(
    'a refused request is replayed until it is taken',
    'const second = await send(renewed)',
    'const second = await withToken(source, send, isTokenRefusal, wait)',
  ),
  replay('a refused request is not replayed', 'const second = await send(renewed)', 'const second = first'),
  replay('a second refusal is not told', 'if (isTokenRefusal(second)) source.reportRefused(renewed)', ''),
  renewer('each caller renews', 'if (this.#attempt) return Infinity', ''),
  renewer('the loop of refusals is not ended', 'held.isAfterRefusal && ageMs', 'false && ageMs'),
  held('all renew at one point of the life', '0.1 * random.fraction()', '0.05 + 0 * random.fraction()'),
  held('the point of renewal ahead lies past due', 'Math.min(lifeMs, dueAfterMs / 0.9) * (0.8', 'lifeMs * (1.8'),
  renewer('sleep is not noticed', 'const lookEveryMs = 30_000', 'const lookEveryMs = 1e9'),
  renewer(
    'an answer is waited for too long',
    'attempt(fetchToken, attemptWithinMs,',
    'attempt(fetchToken, 10 * attemptWithinMs,',
  ),
  budget('the budget is off', 'Math.max(6, ', 'Math.max(1e9, '),
  renewer('a late refusal forces a renewal', 'const isLate = held?.token !== token', 'const isLate = !held'),
  failure('a final no is asked again at once', 'isFinal ? refusedForMs', 'isFinal ? 0'),
  failure('the backoff has no cap', '30 * baseMs', '1e9'),
  line('no deadline is armed for a caller', 'clock.startTimer(withinMs, ', 'clock.startTimer(1e9, '),
  line('the signal of a caller is not heard', "signal?.addEventListener('abort', onAbort)", ''),
  line('an aborted signal is overlooked', 'if (signal?.aborted) onAbort()\n    else if', 'if'),
  line('the queue has no bound', 'line.size > maxLength', 'false'),
  line('who has left still counts as waiting', 'line.delete(settle)', ''),
  renewer(
    'nobody asks again after a failure',
    'this.#backoffUntilMs = nowMs + failure.backoffMs',
    'this.#backoffUntilMs = nowMs + failure.backoffMs * 1e6',
  ),
  renewer(
    'renewals go on though nobody wants a token',
    'let wishInMs = this.#line.size > 0 ? 0 : Infinity',
    'let wishInMs = 0',
  ),
  renewer(
    'a failed renewal is what is remembered',
    'this.#attempt = this.#failure = this.#cause = undefined',
    'this.#attempt = this.#cause = undefined',
  ),
  renewer('a use of a dead token is remembered for ever', 'this.#isUsed && this.#alive', 'this.#isUsed'),
  renewer(
    'the budget forgets the life of a refused token',
    'freeAtMs(this.#startsAtMs, this.#lifeMs)',
    'freeAtMs(this.#startsAtMs, held?.lifeMs)',
  ),
]
