import { measureBootloader } from './bootloader.ts'
import { measureHostPage } from './host-page.ts'
import { measureLive } from './live.ts'
import { measureMessages } from './messages.ts'
import { measureNeighbours } from './neighbours.ts'
import { measureOneAddress } from './one-address.ts'
import { measureReconnect } from './reconnect.ts'
import { measureRenewal } from './renewal.ts'
import { measureRotation } from './rotation.ts'
import { measureSockets } from './sockets.ts'
import { measureStart } from './start.ts'
import { measureSyncs } from './syncs.ts'

/** Rows by the heading of their table. */
type Tables = Readonly<Record<string, readonly object[]>>

const benches: Readonly<Record<string, () => Promise<Tables>>> = {
  start: async () => ({ start: await measureStart() }),
  syncs: async () => ({ syncs: await measureSyncs() }),
  bootloader: async () => ({ bootloader: await measureBootloader() }),
  messages: async () => ({ messages: await measureMessages() }),
  live: async () => ({ live: await measureLive() }),
  sockets: async () => ({ sockets: await measureSockets() }),
  neighbours: async () => ({ neighbours: await measureNeighbours() }),
  'one-address': async () => ({ 'one address': await measureOneAddress() }),
  rotation: async () => ({ rotation: await measureRotation() }),
  reconnect: async () => ({ reconnect: await measureReconnect() }),
  'host-page': async () => ({ 'host-page': await measureHostPage() }),
  renewal: measureRenewal,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}

for (const [name, measure] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const [heading, rows] of Object.entries(await measure())) {
    console.log(`\n${heading}`)
    console.table(rows)
    console.log(JSON.stringify({ bench: name, table: heading, rows }))
  }
}
