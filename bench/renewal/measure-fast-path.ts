import type { EngineSetup, FastPath, OwnEngineModule } from './engine.ts'
import { engines, loadEngine, ours } from './engines.ts'
import { apiUrl, ModelServer, tokenUrl } from './model-server.ts'
import { VirtualBrowser } from './virtual-browser.ts'

// The cost of a guarded call with a valid token, in a process of its own, on the host's clock.
// A guarded call is an async function that asks the engine for the token, hands it to `use` and is awaited; nothing is subtracted.
// Usage: node bench/renewal/measure-fast-path.ts; the samples are the one line on standard output, in ns per call.

const rounds = 41
const batchMs = 4

interface Subject {
  readonly name: string
  /** Makes `count` calls. */
  readonly run: (count: number) => Promise<void> | void
}

const used = { tokens: 0, lastLength: 0 }
const use = (token: string) => {
  used.tokens += 1
  used.lastLength = token.length
}

function loopAround(call: () => unknown, loop: string): Subject['run'] {
  // Each subject gets a loop compiled for itself: in a shared one the compiler would see many callees, and every call would cost more.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a loop of its own text is the point; both texts stand below
  return (new Function('call', `return ${loop}`) as (call: () => unknown) => Subject['run'])(call)
}
const awaited = (call: FastPath) =>
  loopAround(call, 'async (count) => { for (let n = 0; n < count; n += 1) await call() }')
const plain = (call: () => void) => loopAround(call, '(count) => { for (let n = 0; n < count; n += 1) call() }')

async function openSubjects(): Promise<Subject[]> {
  const sessions = new ModelServer(() => Date.now())
  const setup = (variant: string): EngineSetup => {
    // Ten minutes, so that the engines with a window of 300 s hold a valid token too.
    const session = { ...sessions.newest, expiresInSeconds: 600, expiresAtMs: sessions.newest.issuedAtMs + 600_000 }
    return { tokenUrl, apiUrl, session, variant, isShared: false }
  }
  const token = sessions.newest.accessToken
  const clock = { lastMs: 0 }
  const own = (await loadEngine(ours)) as OwnEngineModule
  const subjects: Subject[] = [
    { name: 'Date.now()', run: plain(() => void (clock.lastMs = Date.now())) },
    { name: 'performance.now()', run: plain(() => void (clock.lastMs = performance.now())) },
    { name: 'guarded call, nothing in it', run: awaited(async () => use(token)) },
    { name: 'helvino token(), not awaited', run: plain(own.openSynchronousPath(setup(''), use)) },
    { name: 'helvino ensureValidToken()', run: awaited(own.openEnsuredPath(setup(''), use)) },
  ]
  for (const entry of engines) {
    const { openFastPath } = await loadEngine(entry)
    subjects.push({ name: entry.name, run: awaited(await openFastPath(setup(entry.variant), use)) })
  }
  return subjects
}

async function timeNs({ run }: Subject, count: number): Promise<number> {
  const startedAtNs = process.hrtime.bigint()
  await run(count)
  return Number(process.hrtime.bigint() - startedAtNs) / count
}

/** How many calls fill a batch, found by doubling, which warms the subject up too. */
async function batchSize(subject: Subject): Promise<number> {
  for (let count = 16; ; count *= 2) {
    if ((await timeNs(subject, count)) * count >= batchMs * 1e6) return count
  }
}

console.log = console.info = console.debug = console.error
new VirtualBrowser().installPage()
const subjects = await openSubjects()
const batches: { readonly subject: Subject; readonly count: number; readonly samplesNs: number[] }[] = []
for (const subject of subjects) batches.push({ subject, count: await batchSize(subject), samplesNs: [] })
for (let round = 0; round < rounds; round += 1) {
  // Turned by one each round: whoever runs after the heaviest pays for its garbage.
  const order = batches.map((_, n) => batches[(n + round) % batches.length])
  for (const batch of order) batch?.samplesNs.push(await timeNs(batch.subject, batch.count))
}
process.stdout.write(
  `${JSON.stringify(Object.fromEntries(batches.map(({ subject, samplesNs }) => [subject.name, samplesNs])))}\n`,
)
process.exit(0)
