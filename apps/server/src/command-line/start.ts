import { startServer } from '../server.ts'
import type { Command } from './command.ts'

export const start: Command = {
  name: 'start',
  does: 'start',
  summary: 'Serves until it is asked to stop',
  about: [
    'Brings the database to this version first, and at the very first start makes keys, an organisation and an administrator.',
    'SIGTERM or SIGINT stops it in order: what runs is finished, what was accepted is on disk.',
  ],
  operands: [],
  options: {},
  async run(world, config) {
    const server = await startServer(config, world)
    if (server.kind === 'failed') return server
    await world.stopAsked()
    try {
      await server.stop()
      return { kind: 'done' }
    } catch (error) {
      return { kind: 'failed', message: `Helvino could not stop in order: ${String(error)}.` }
    }
  },
}
