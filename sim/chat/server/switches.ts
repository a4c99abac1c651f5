import type { SimOrg } from './first-data.ts'
import type { SimDisk } from './sim-disk.ts'
import type { SimTimeline } from '@helvino/testkit'

/** What an operator may switch off for an organisation. */
export type Switch = 'org' | 'writes' | 'origin'

/** The operator's switches and sign-outs, written past the server, and since when each holds: to hold I11 against. */
export class Switches {
  readonly #disk: SimDisk
  readonly #timeline: SimTimeline
  /** By switch and organisation, in ms of the timeline. */
  readonly #offSinceMs = new Map<string, number>()
  readonly #signedOut = new Map<string, { readonly sinceMs: number; readonly validFromMs: number }>()

  constructor(disk: SimDisk, timeline: SimTimeline) {
    this.#disk = disk
    this.#timeline = timeline
  }

  /** How long it has been off; 0 while it is on. */
  offForMs(which: Switch, orgId: string): number {
    const sinceMs = this.#offSinceMs.get(`${which} ${orgId}`)
    return sinceMs === undefined ? 0 : this.#timeline.elapsedMs - sinceMs
  }

  set(which: Switch, org: SimOrg, isOn: boolean): void {
    const name = `${which} ${org.id}`
    if (isOn) this.#offSinceMs.delete(name)
    else if (!this.#offSinceMs.has(name)) this.#offSinceMs.set(name, this.#timeline.elapsedMs)
    this.#write(which, org, isOn)
  }

  signOut(orgId: string, visitorId: string, validFromMs: number): void {
    this.#signedOut.set(`${orgId} ${visitorId}`, { sinceMs: this.#timeline.elapsedMs, validFromMs })
    this.#disk.run(
      `INSERT INTO visitors (org_id, id, hash, valid_from_ms) VALUES (?, ?, NULL, ?)
       ON CONFLICT (org_id, id) DO UPDATE SET valid_from_ms = excluded.valid_from_ms`,
      ...[orgId, visitorId, validFromMs],
    )
  }

  /** How long a token that was issued then has been worth nothing; 0 while it is good. */
  signedOutForMs(orgId: string, visitorId: string, issuedAtMs: number): number {
    const signOut = this.#signedOut.get(`${orgId} ${visitorId}`)
    return signOut && issuedAtMs < signOut.validFromMs ? this.#timeline.elapsedMs - signOut.sinceMs : 0
  }

  /** Writes everything once more: the database was set back to an older copy. */
  writeAgain(orgs: readonly SimOrg[]): void {
    for (const org of orgs)
      for (const which of ['org', 'writes', 'origin'] as const)
        this.#write(which, org, !this.#offSinceMs.has(`${which} ${org.id}`))
    // A sign-out that the copy does not know is lost with everything else.
    this.#signedOut.clear()
  }

  #write(which: Switch, org: SimOrg, isOn: boolean): void {
    const origins = isOn ? org.allowedOrigins : ['https://elsewhere.example']
    const values = {
      org: ['enabled', isOn ? 1 : 0],
      writes: ['config', JSON.stringify({ ...org.config, writeEnabled: isOn })],
      origin: ['allowed_origins', JSON.stringify(origins)],
    } as const
    const [column, value] = values[which]
    this.#disk.run(`UPDATE orgs SET ${column} = ? WHERE id = ?`, value, org.id)
  }
}
