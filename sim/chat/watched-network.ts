import { decodeClientFrame } from '@helvino/protocol'
import type { Network } from '@helvino/runtime'
import { type ClientWatch, useOf } from './client-watch.ts'
import type { Trace } from '../trace.ts'

/** One tab's network with the watch in between; what passes goes into the trace. */
export function watchNetwork(network: Network, watch: ClientWatch, name: string, trace: Trace): Network {
  return {
    async request(request, signal) {
      const about = `${name} ${useOf(request)}`
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
