import { createServer, request } from 'node:http'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { expect, it } from 'vitest'
import { openTestLimits } from '../../tests/test-limits.ts'
import { createLocalFanOut } from '../fan-out/local.ts'
import { createGateway } from './gateway.ts'

const unused = () => Promise.reject(new Error('not asked here'))

it('[RT35] refuses what asks for no socket where Node hands it over all the same', async () => {
  const gateway = createGateway({
    clock: systemClock,
    random: systemRandom,
    conversations: { findConversation: unused, listMessages: unused },
    fanOut: createLocalFanOut(() => undefined),
    authenticate: unused,
    recheck: unused,
    noteTyping: unused,
    onFailure: () => undefined,
    ...openTestLimits(systemClock, systemRandom),
  })
  // As before Node 24.9: every `Upgrade` leaves HTTP.
  const server = createServer().on('upgrade', gateway.upgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const status = await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', headers: { connection: 'upgrade', upgrade: 'h2c' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
  expect(status).toBe(400)
  gateway.close()
  await new Promise((resolve) => server.close(resolve))
})
