import { decodeClientFrame } from '@helvino/protocol'
import type { Network } from '@helvino/runtime'
import { type ClientWatch, useOf } from './client-watch.ts'
import type { Trace } from '../trace.ts'
import type { Violations } from '../violations.ts'

export interface WatchedNetworkTerms {
  readonly watch: ClientWatch
  readonly name: string
  readonly trace: Trace
  readonly violations: Violations
}

/** One tab's network with the watch in between; what passes goes into the trace. */
export function watchNetwork(network: Network, { watch, name, trace, violations }: WatchedNetworkTerms): Network {
  /** Where messages are on their way to. */
  const sending = new Set<string>()
  return {
    async request(request, signal) {
      const use = useOf(request)
      const about = `${name} ${use}`
      const isWrite = request.method === 'POST' && use.endsWith('/messages')
      if (isWrite && sending.has(use)) violations.add('I2', `${about}: two requests with messages at a time`)
      if (isWrite) sending.add(use)
      trace.add('request', about)
      watch.send(request)
      const asked = watch.now()
      try {
        const response = await network.request(request, signal)
        trace.add(`answer ${response.status}`, about)
        watch.hear(request, response, asked)
        return response
      } catch (error) {
        trace.add(signal.aborted ? 'given up' : 'no answer', about)
        throw error
      } finally {
        sending.delete(use)
      }
    },
    openSocket(url, listener) {
      trace.add('connect', name)
      const socket = network.openSocket(url, listener)
      return {
        send(text) {
          const frame = decodeClientFrame(text)
          trace.add(`frame ${frame?.type ?? 'unknown'}`, name)
          if (frame && 'token' in frame) watch.sendToken(frame.token, frame.type)
          socket.send(text)
        },
        close(code, reason) {
          socket.close(code, reason)
        },
      }
    },
  }
}
