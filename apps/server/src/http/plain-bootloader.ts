import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { type AnswerBootloader, bootloaderHeaders } from './bootloader.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { createCheck, type GuardOptions } from './guard.ts'
import { limitOfRoute } from './limited-routes.ts'
import { createAnswerPlainly } from './plain-answer.ts'
import { type PlainAnswer, plainRefusal } from './refuse.ts'
import { countBootloader } from './telemetry-routes.ts'

export interface PlainBootloaderOptions {
  readonly guard: GuardOptions
  readonly answer: AnswerBootloader
  readonly telemetry: Telemetry
  readonly answers: AnswerCounts
}

const terms = { role: 'public', limit: limitOfRoute('GET', '/api/bootloader') } as const

/** The bootloader's call without Fastify, which costs as much as all the rest of it: the same checks, the same answer, the same refusals. */
export function createPlainBootloader({ guard, answer, telemetry, answers }: PlainBootloaderOptions) {
  const check = createCheck(guard)
  const answerPlainly = createAnswerPlainly(guard.publicUrl, answers)

  async function decide(request: IncomingMessage): Promise<PlainAnswer> {
    const checked = await check(request, terms)
    if (checked?.kind === 'turned-away') {
      const refusal = plainRefusal(checked.code, checked)
      countBootloader(telemetry, checked.authentication?.org, refusal.status)
      return refusal
    }
    if (checked?.kind !== 'public') throw new Error('the check of the bootloader gave no organisation')
    const answered = await answer(request, checked.org)
    const plain: PlainAnswer =
      answered.kind === 'answered'
        ? { status: 200, headers: bootloaderHeaders, text: answered.text }
        : plainRefusal(answered.code, answered)
    countBootloader(telemetry, checked.org, plain.status)
    return plain
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    answerPlainly(request, response, await decide(request))
  }
}
