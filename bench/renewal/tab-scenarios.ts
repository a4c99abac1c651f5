import { demand, type Scenario, type ScenarioGroup } from './scenario.ts'

function tenMinutes(name: string, tabs: number): Scenario {
  return {
    name,
    shows: 'refreshes / failed',
    tabs,
    async run(stage) {
      // Ten minutes since the first tab opened, so that one tab and five are measured over the same time.
      await stage.everySecond(600 - Math.ceil(stage.nowMs / 1_000), tabs)
      await stage.pass(10_000)
      const all = stage.since(0)
      return { refreshes: stage.server.tokenCallsAtMs.length, failed: all.failed + all.hung }
    },
    missed: demand({ refreshes: 2, failed: 0 }),
  }
}

export const tabGroup: ScenarioGroup = {
  name: 'tabs of one origin, 10 min, 1 request per second and tab',
  scenarios: [tenMinutes('1 tab', 1), tenMinutes('5 tabs', 5)],
}
