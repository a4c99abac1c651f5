import { clockGroups } from './clock-scenarios.ts'
import { outageGroups } from './outage-scenarios.ts'
import { refusalGroup } from './refusal-scenarios.ts'
import type { ScenarioGroup } from './scenario.ts'
import { tabGroup } from './tab-scenarios.ts'

export const scenarioGroups: readonly ScenarioGroup[] = [...outageGroups, ...clockGroups, refusalGroup, tabGroup]
