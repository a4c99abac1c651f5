import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { call } from '../api-client.ts'
import type { Stage } from './stage.ts'

/** What the process says of itself. */
export interface ProcessFigures {
  readonly startedAtSeconds: number
  readonly residentMb: number
  /** The longest that the event loop was held up since the figures were read before, in ms. */
  readonly loopHeldUpMs: number
  /** User and system, in ms. */
  readonly cpuMs: number
}

/** Everything around an attack that must be as it was before it. */
export interface SideConditions {
  readonly process: ProcessFigures
  /** Digest of every row that belongs to that organisation. */
  readonly ourRows: string
  readonly theirRows: string
  readonly foreignFrames: number
  readonly canaryHits: number
}

const figure = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)

export async function readProcess({ url }: Pick<Stage, 'url'>): Promise<ProcessFigures> {
  const { text } = await call(`${url}/metrics`)
  return {
    startedAtSeconds: figure(text, 'process_start_time_seconds'),
    residentMb: figure(text, 'process_resident_memory_bytes') / 1_048_576,
    loopHeldUpMs: figure(text, 'nodejs_eventloop_lag_max_seconds') * 1_000,
    cpuMs: figure(text, 'process_cpu_seconds_total') * 1_000,
  }
}

/** How much of what may be asked the server leaves: 1 where it has time for everything. */
export async function readBudgetShare({ url }: Pick<Stage, 'url'>): Promise<number> {
  return figure((await call(`${url}/metrics`)).text, 'helvino_budget_share')
}

// Left out: origins that were refused or seen and the record of acts, since remembering those is what the server is for.
const tablesOfOrg = [
  ['orgs', 'id'],
  ['visitors', 'org_id'],
  ['visitor_profiles', 'org_id'],
  ['conversations', 'org_id'],
  ['messages', 'org_id'],
  ['notes', 'org_id'],
  ['replies', 'org_id'],
  ['agent_memberships', 'org_id'],
  ['agent_invitations', 'org_id'],
] as const

function digestRows(database: Database.Database, orgId: string): string {
  const digest = createHash('sha256')
  for (const [table, column] of tablesOfOrg)
    digest.update(JSON.stringify(database.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).all(orgId)))
  return digest.digest('hex')
}

export async function readSideConditions(stage: Stage): Promise<SideConditions> {
  const figures = await readProcess(stage)
  const database = new Database(join(stage.server.dataFolder, 'helvino.db'), { readonly: true })
  const [ourRows, theirRows] = [digestRows(database, stage.ours.id), digestRows(database, stage.theirs.id)]
  database.close()
  const { foreignFrames, canary } = stage
  return { process: figures, ourRows, theirRows, foreignFrames: foreignFrames(), canaryHits: canary.hits() }
}
