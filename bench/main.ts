import { measureStart } from './start.ts'
import { measureSyncs } from './syncs.ts'

const benches: Readonly<Record<string, () => Promise<readonly object[]>>> = { start: measureStart, syncs: measureSyncs }

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`There is no benchmark called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`)
  process.exit(2)
}

for (const [name, measure] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const rows = await measure()
  console.log(`\n${name}`)
  console.table(rows)
  console.log(JSON.stringify({ bench: name, rows }))
}
