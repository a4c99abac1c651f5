import type { SimRandom, SimTimeline } from '@helvino/testkit'
import type { ChatFault } from './chat-faults.ts'
import type { SimOrg } from './server/first-data.ts'
import type { ServerWeather } from './server/server-weather.ts'
import type { Site } from './server/site.ts'
import type { Person } from './person.ts'

export interface ServerFaultTerms {
  readonly site: Site
  readonly weather: ServerWeather
  readonly timeline: SimTimeline
  readonly random: SimRandom
  readonly orgs: readonly SimOrg[]
  readonly people: readonly Person[]
}

/** Begins a fault of the server's machine, or something that its operator does. Returns how it ends, where it lasts. */
export function beginAtServer(kind: ChatFault, terms: ServerFaultTerms): (() => void) | undefined {
  switch (kind) {
    case 'disk-locked':
      return lastingly(terms.weather, 'isLocked')
    case 'disk-full':
      return lastingly(terms.weather, 'isFull')
    case 'disk-failing':
      return lastingly(terms.weather, 'isFailing')
    case 'commit-slow':
      return lastingly(terms.weather, 'areCommitsSlow')
    case 'slow-readers':
      return lastingly(terms.weather, 'areReadersSlow')
    case 'commit-unknown':
      return lastingly(terms.weather, 'areCommitsUnknown')
    case 'server-kill':
      return killAtSomeStep(terms)
    case 'server-stop':
      terms.site.stop(() => {
        returnSoon(terms)
      })
      return undefined
    case 'old-copy':
      return bringOldCopy(terms)
    default:
      return beginByOperator(kind, terms)
  }
}

type Lasting = 'isLocked' | 'isFull' | 'isFailing' | 'areCommitsSlow' | 'areCommitsUnknown' | 'areReadersSlow'

function lastingly(weather: ServerWeather, what: Lasting): () => void {
  weather[what] = true
  return () => {
    weather[what] = false
  }
}

/** It starts again by itself, as under a supervisor. */
export function returnSoon({ site, timeline, random }: Pick<ServerFaultTerms, 'site' | 'timeline' | 'random'>): void {
  timeline.schedule(random.pick([200, 1_000, 8_000, 90_000]), () => {
    site.startAgain()
  })
}

/** At a drawn step of its work; where it does not come to that, at any moment. */
function killAtSomeStep(terms: ServerFaultTerms): () => void {
  terms.weather.planKill()
  return () => {
    if (!terms.weather.isKillPlanned) return
    terms.weather.forgetKill()
    terms.site.kill()
    returnSoon(terms)
  }
}

/** The machine breaks, and gets the copy that was made of its database a while before. */
function bringOldCopy({ site, people }: ServerFaultTerms): () => void {
  const copy = site.disk.copy()
  return () => {
    site.kill()
    site.restore(copy)
    for (const person of people) person.forgive(({ id }) => !site.ledger.has(id))
    site.startAgain()
  }
}

function beginByOperator(kind: ChatFault, terms: ServerFaultTerms): (() => void) | undefined {
  const { site, random, orgs, people } = terms
  const org = random.pick(orgs)
  switch (kind) {
    case 'org-off':
    case 'writes-off':
    case 'origin-off': {
      const which = kind === 'org-off' ? 'org' : kind === 'writes-off' ? 'writes' : 'origin'
      site.switches.set(which, org, false)
      site.checkSocketsLater()
      return () => {
        site.switches.set(which, org, true)
      }
    }
    case 'sign-out': {
      const { orgId, visitorId } = random.pick(people.filter((person) => person.terms.visitorId !== undefined)).terms
      site.switches.signOut(orgId, visitorId ?? '', site.nowMs())
      site.checkSocketsLater()
      return undefined
    }
    case 'key-rotation':
      site.rotateKeys()
      return undefined
    case 'key-loss':
      site.keys.lose()
      return undefined
    default:
      throw new Error(`${kind} is no fault of the server`)
  }
}
