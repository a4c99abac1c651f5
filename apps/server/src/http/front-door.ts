import type { IncomingMessage, ServerResponse } from 'node:http'
import { headers } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import type { AnswerCounts } from './answer-counts.ts'
import { createAnswerPlainly } from './plain-answer.ts'
import { plainRefusal } from './refuse.ts'
import type { LimitOptions } from './limited-routes.ts'

const bootloaderPath = '/api/bootloader'

/**
 * Whoever does not wait though they were told to is answered after this, in ms, or half of it: their connection asks nothing meanwhile. Spread, so
 * that those who are answered at once do not ask at once again.
 */
const heldForMs = 4_000
/** So many answers are held at a time, at some kB each; one more is given at once. */
const maxHeld = 2_000

export interface FrontDoorOptions extends LimitOptions {
  readonly clock: Clock
  readonly random: Random
  /** Answers a call of the bootloader as its route would, or rejects; `undefined` where each call is to pass Fastify, which logs it. */
  readonly answerBootloader: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined
  readonly publicUrl: string | undefined
  readonly answers: AnswerCounts
  readonly isStopping: () => boolean
}

/** The token that is shown, unchecked. A header that comes twice is no token of ours. */
function shownToken({ headers: sent }: IncomingMessage): string | undefined {
  const token = sent[headers.orgToken] ?? sent[headers.agentToken]
  return typeof token === 'string' ? token : undefined
}

/** 0, or the whole seconds after which whoever asks may come again. */
function waitSecondsOf(request: IncomingMessage, { admission, findAddress }: LimitOptions): number {
  const waitSeconds = admission.takeRequest(findAddress(request))
  if (waitSeconds > 0) return waitSeconds
  const token = shownToken(request)
  return token === undefined ? 0 : admission.takeToken(token)
}

/**
 * Stands before Fastify, so that whoever asks far too often costs hardly more than Node needs to read the request: an address beyond its limit, and
 * the token of somebody who was told to wait and does not. The bootloader, which every page load asks, is answered here, too. Everything else goes on.
 */
export function openFrontDoor(app: FastifyInstance, options: FrontDoorOptions): void {
  const { clock, random, isStopping, answerBootloader } = options
  const { server } = app
  const answerPlainly = createAnswerPlainly(options.publicUrl, options.answers)
  let held = 0

  function refuseAtDoor(request: IncomingMessage, response: ServerResponse, waitSeconds: number): void {
    answerPlainly(request, response, plainRefusal('rate_limited', { retryAfterSeconds: waitSeconds }))
  }

  function hold(request: IncomingMessage, response: ServerResponse, waitSeconds: number): void {
    held += 1
    const cancel = clock.startTimer((heldForMs * (1 + random.fraction())) / 2, () => {
      refuseAtDoor(request, response, waitSeconds)
    })
    // Answered, or given up by whoever asked.
    response.once('close', () => {
      held -= 1
      cancel()
    })
  }

  function goOn(request: IncomingMessage, response: ServerResponse): void {
    const isPlain = request.method === 'GET' && request.url === bootloaderPath && !isStopping()
    if (!isPlain || !answerBootloader) app.routing(request, response)
    else
      answerBootloader(request, response).catch(() => {
        // It meets the same there, and is answered and logged as every failure is.
        app.routing(request, response)
      })
  }

  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // Fastify knows what else to tell who asks a server that stops.
    const waitSeconds = isStopping() ? 0 : waitSecondsOf(request, options)
    if (waitSeconds === 0) goOn(request, response)
    else if (held < maxHeld) hold(request, response, waitSeconds)
    else refuseAtDoor(request, response, waitSeconds)
  })
}
