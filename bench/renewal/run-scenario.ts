import type { Engine, EngineSetup } from './engine.ts'
import { engineNamed, loadEngine } from './engines.ts'
import { modelFetch } from './model-fetch.ts'
import { apiUrl, ModelServer, tokenUrl } from './model-server.ts'
import { scenarioGroups } from './scenarios.ts'
import { Stage } from './stage.ts'
import { VirtualBrowser } from './virtual-browser.ts'

// One engine, one scenario, one process: what a library keeps in its modules cannot leak into the next measurement.
// Usage: node bench/renewal/run-scenario.ts ENGINE SCENARIO; the outcome is the one line on standard output.

const betweenTabsMs = 7_000

const [engineName, scenarioName] = process.argv.slice(2)
const entry = engineNamed(engineName)
const scenario = scenarioGroups.flatMap(({ scenarios }) => scenarios).find(({ name }) => name === scenarioName)
if (!scenario) throw new Error(`there is no scenario called ${String(scenarioName)}`)

// Some engines write to the console; standard output is for the outcome.
console.log = console.info = console.debug = console.error

const browser = new VirtualBrowser()
const server = new ModelServer(() => browser.timeline.nowMs)
browser.clock.stepWallClock(scenario.wallClockOffMs ?? 0)
browser.install(modelFetch(browser, server))
// After the globals are replaced, since a library may keep what it finds when it is loaded.
const { open } = await loadEngine(entry)

const tabCount = scenario.tabs ?? 1
const setup: EngineSetup = {
  tokenUrl,
  apiUrl,
  session: server.newest,
  variant: entry.variant,
  isShared: scenario.tabs !== undefined,
}
const tabs: Engine[] = []
for (let tab = 0; tab < tabCount; tab += 1) {
  // Nobody opens five tabs in the same millisecond, and timers that run in step would be unfair to who has one in each tab.
  if (tab > 0) await browser.pass(betweenTabsMs)
  tabs.push(await open(setup))
}
await browser.pass(0)

const outcome = await scenario.run(new Stage(browser, server, tabs))
for (const error of browser.uncaught) console.error('uncaught:', error)
process.stdout.write(`${JSON.stringify({ outcome, uncaught: browser.uncaught.length })}\n`)
process.exit(0)
