import { type ApiAnswer, call, type Visitor } from '../api-client.ts'
import { attacks, changes, hashes, outcomeOf, postAs } from './attack.ts'
import { type Stage, visitorOf } from './stage.ts'

const newVisitor = ({ url, ours }: Stage): Promise<Visitor> => visitorOf(url, ours.key, 'hello')

const atOnce = <Result>(count: number, attempt: (index: number) => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => attempt(index)))

/** The first that was refused, which has to say when to come again. */
function firstRefused(answers: readonly ApiAnswer[]): string {
  const refused = answers.find(({ status }) => status === 429)
  if (!refused) return 'never refused'
  return Number(refused.headers.get('retry-after')) >= 1 ? outcomeOf(refused) : 'refused without an end'
}

const limited = '429 rate_limited'

const floodMessages = (stage: Stage, { conversationId, headers }: Visitor) =>
  atOnce(500, (index) =>
    call(`${stage.url}/conversations/${conversationId}/messages`, {
      headers,
      body: { role: 'user', content: `flood ${String(index)}` },
    }),
  )

/** More than one caller may ask, and ways to seem to be many. */
export const rateAttacks = attacks(
  [
    'rate-01',
    'guessing one account from addresses of their own making',
    limited,
    async (stage) =>
      firstRefused(
        await atOnce(12, (index) =>
          call(`${stage.url}/api/agent/login`, {
            headers: { 'x-forwarded-for': `198.51.100.${String(index)}, 2001:db8::${String(index)}` },
            body: { email: 'rotating@ours.example', password: `guess-number-${String(index)}` },
          }),
        ),
      ),
    hashes,
  ],
  [
    'rate-02',
    'opening conversations without end',
    limited,
    async (stage) => {
      const { headers } = await newVisitor(stage)
      return firstRefused(await atOnce(40, () => call(`${stage.url}/conversations`, { method: 'POST', headers })))
    },
    { ...changes, requests: 40 },
  ],
  [
    'rate-03',
    'messages without end',
    limited,
    async (stage) => firstRefused(await floodMessages(stage, await newVisitor(stage))),
    { ...changes, requests: 500 },
  ],
  [
    'rate-04',
    'a flood, while somebody else writes',
    '201',
    async (stage) => {
      const [flooding, other] = [await newVisitor(stage), await newVisitor(stage)]
      const flood = floodMessages(stage, flooding)
      const outcome = await postAs(stage, other)
      await flood
      return outcome
    },
    { ...changes, requests: 500 },
  ],
)
