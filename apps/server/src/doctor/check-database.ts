import type { Clock } from '@helvino/runtime'
import { inspectDatabase } from '../open-database.ts'
import type { ServerConfig } from '../config.ts'
import type { InspectedDatabase, Inspection } from '../store/inspected-database.ts'
import { type Finding, ok, skipped, wrong } from './finding.ts'

/** What the database says of itself that other checks need. */
export interface DatabaseFacts {
  readonly findings: readonly Finding[]
  /** `undefined` where it cannot be told, or where no server has started yet. */
  readonly installation: string | undefined
  /** By which the keys are known that it was served with. */
  readonly visitorKey: string | undefined
  readonly hasData: boolean
}

const leastPostgresVersion = 150_000
/** A token that was issued so many seconds in the future is refused. */
const mostClockDifferenceMs = 30_000

const nothing = (findings: readonly Finding[]): DatabaseFacts => ({
  ...{ findings, installation: undefined, visitorKey: undefined, hasData: false },
})

/** By the driver's word for it (PostgreSQL manual, Appendix A; Node's system errors). */
function remedyOf(code: string): string {
  if (code.startsWith('28'))
    return 'Correct user and password in DATABASE_URL, or the rights of that user in the database.'
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code))
    return 'Put a backup back into a new data folder: "helvino restore FILE".'
  if (code.startsWith('SQLITE')) return 'Run this as the user of the server, and look at the disk.'
  return 'Start the database, and see that host, port and name in DATABASE_URL lead to it.'
}

function unopened(inspection: Exclude<Inspection, { readonly kind: 'inspected' }>): DatabaseFacts {
  const { message } = inspection
  return nothing([
    inspection.kind === 'missing'
      ? wrong(
          'database',
          message,
          'Start the server once, or run "helvino migrate"; or set the right place of the data.',
        )
      : wrong('database', message, remedyOf(inspection.code)),
    ...(['format', 'durability', 'people'] as const).map((check) => skipped(check, 'The database cannot be asked.')),
  ])
}

async function checkSqlite({ ask }: InspectedDatabase): Promise<readonly Finding[]> {
  const [row] = await ask<{ readonly quick_check: string }>('PRAGMA quick_check(1)')
  const found = row?.quick_check ?? 'no answer'
  return [
    found === 'ok'
      ? ok('database', 'The database file is whole.')
      : wrong(
          'database',
          `The database file is damaged: ${found.split('\n')[0] ?? ''}.`,
          'Stop the server, keep the file, and put a backup back into a new data folder: "helvino restore FILE".',
        ),
    ok('durability', 'The server writes with WAL and synchronous=FULL.'),
  ]
}

interface PostgresFacts {
  readonly version: string
  readonly number: number
  readonly encoding: string
  readonly commit: string
  readonly fsync: string
  readonly now_ms: number
}

async function checkPostgres({ ask }: InspectedDatabase, clock: Clock): Promise<readonly Finding[]> {
  const beforeMs = clock.nowMs()
  const [row] = await ask<PostgresFacts>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
      current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS commit,
      current_setting('fsync') AS fsync, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms`,
  )
  if (!row) return []
  const { version, number, encoding, commit, fsync, now_ms: theirsMs } = row
  const isDurable = ['on', 'remote_apply'].includes(commit) && fsync === 'on'
  return [
    number < leastPostgresVersion
      ? wrong('database', `The database is PostgreSQL ${version}, at least 15 is needed.`, 'Upgrade PostgreSQL.')
      : encoding === 'UTF8'
        ? ok('database', `The database is PostgreSQL ${version}.`)
        : wrong('database', `The database is encoded as ${encoding}.`, 'Make a new one with the encoding UTF8.'),
    isDurable
      ? ok('durability', 'Commits reach the disk of the database before they are answered.')
      : wrong(
          'durability',
          `Messages that were accepted could be lost: synchronous_commit is ${commit} and fsync is ${fsync}.`,
          'Set both to on in the database.',
        ),
    checkClock('the database', theirsMs, beforeMs),
  ]
}

/** `ours` and `theirs` were read at the same time, or nearly. */
export function checkClock(whose: string, theirsMs: number, oursMs: number): Finding {
  const differenceMs = Math.abs(theirsMs - oursMs)
  return differenceMs > mostClockDifferenceMs
    ? wrong(
        'clock',
        `The clock of this machine and that of ${whose} are ${Math.round(differenceMs / 1_000)} s apart.`,
        'Switch time synchronisation on (systemd-timesyncd, chrony) on both machines.',
      )
    : ok('clock', `The clock of this machine and that of ${whose} agree.`)
}

function checkFormat({ format, newestFormat }: InspectedDatabase): Finding {
  if (format > newestFormat)
    return wrong(
      'format',
      `The data has format ${format} and was written by a newer Helvino; this version reads up to format ${newestFormat}.`,
      'Start the newer version again, or restore a backup of before.',
    )
  if (format < newestFormat)
    return wrong(
      'format',
      `The data has format ${format}; this version wants format ${newestFormat}.`,
      'Start the server, or run "helvino migrate".',
    )
  return ok('format', `The data has format ${format}, as this version wants it.`)
}

interface People {
  readonly orgs: number
  readonly admins: number
}

async function checkPeople({ ask }: InspectedDatabase): Promise<Finding> {
  const [row] = await ask<People>(
    `SELECT (SELECT count(*) FROM orgs WHERE enabled = 1) AS orgs, (SELECT count(*) FROM agent_memberships m
      JOIN orgs o ON o.id = m.org_id WHERE o.enabled = 1 AND m.role <> 'agent') AS admins`,
  )
  const remedy = 'Run "helvino create-admin EMAIL".'
  if (!row || row.orgs === 0) return wrong('people', 'There is no organisation that is switched on.', remedy)
  if (row.admins === 0) return wrong('people', 'No organisation has an administrator.', remedy)
  return ok('people', `There are organisations (${row.orgs}) and administrators (${row.admins}).`)
}

/** What the first start has made; nothing where there was none, or where it is of an older version. */
async function readInstallation({
  ask,
}: InspectedDatabase): Promise<Pick<DatabaseFacts, 'installation' | 'visitorKey'>> {
  const rows = await ask<{ readonly name: string; readonly value: string }>('SELECT name, value FROM installation')
  const valueOf = (wanted: string) => rows.find(({ name }) => name === wanted)?.value
  return { installation: valueOf('installation_id'), visitorKey: valueOf('visitor_key') }
}

async function examine(database: InspectedDatabase, clock: Clock): Promise<DatabaseFacts> {
  const { dialect, format, newestFormat } = database
  const own = await (dialect === 'sqlite' ? checkSqlite(database) : checkPostgres(database, clock))
  const findings = [...own, checkFormat(database)]
  if (format !== newestFormat || own.some(({ check, state }) => check === 'database' && state === 'wrong'))
    return { ...nothing([...findings, skipped('people', 'The data has to be mended first.')]), hasData: format > 0 }
  return {
    findings: [...findings, await checkPeople(database)],
    ...(await readInstallation(database)),
    hasData: true,
  }
}

export async function checkDatabase(config: ServerConfig, clock: Clock): Promise<DatabaseFacts> {
  const inspection = await inspectDatabase(config)
  if (inspection.kind !== 'inspected') return unopened(inspection)
  const { database } = inspection
  try {
    return await examine(database, clock)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const why = error instanceof Error ? error.message : String(error)
    return nothing([wrong('database', `The database cannot be read: ${why}.`, remedyOf(code))])
  } finally {
    await database.close().catch(() => undefined)
  }
}
