import { type AgentLogin, call, logIn, openVisitor, postText, type Visitor } from '../../server/tests/api-client.ts'
import type { Login } from './inbox-page.ts'

interface Talk {
  readonly name?: string
  readonly email?: string
  readonly page?: { readonly url: string; readonly title: string }
  readonly says: readonly string[]
  /** By Ada, or by Bob. */
  readonly answers?: readonly (readonly ['ada' | 'bob', string])[]
  readonly note?: string
  readonly state?: 'resolved' | 'ada' | 'bob'
}

const longText =
  'I ordered the dinner set for twelve, and what came was the set for eight, with two bowls in the wrong glaze. ' +
  'One saucer has a crack that shows against the light, and the lid of the jar does not close. '.repeat(4)

/** The last one stands first in the list. */
const talks: readonly Talk[] = [
  ...Array.from({ length: 20 }, (_, index): Talk => {
    const says = [
      `Question ${String(index + 1)}: is the ${['mug', 'bowl', 'plate', 'vase'][index % 4] ?? ''} in stock?`,
    ]
    const state = (['resolved', 'ada', 'bob', undefined, undefined] as const)[index % 5]
    const name = index % 3 === 0 ? { name: ['Marta Lindqvist', 'Jo', 'Tomasz Wiśniewski'][(index / 3) % 3] ?? '' } : {}
    return { says, ...name, ...(state && { state }) }
  }),
  { says: ['merci !'], name: 'Anne-Sophie de La Rochefoucauld-Montmorency', state: 'bob' },
  { says: ['\u{1F44D}'], email: 'a.very.long.address.of.somebody.who.works.in.purchasing@procurement.example.com' },
  { says: ['x'.repeat(300)], name: 'Nospaces' },
  {
    says: [
      'https://shop.example/en/tableware/stoneware/dinner-sets/lake-glaze?size=12&packing=gift&utm_source=letter#reviews',
    ],
  },
  {
    says: ['مرحبًا، هل يمكنكم شحن الأطباق إلى الدار البيضاء؟'],
    name: 'ليلى الفاسي',
    answers: [['bob', 'نعم، خلال أسبوع.']],
  },
  { says: ['<b>Is this bold?</b>'], name: '<script>alert(1)</script>' },
  { says: [longText], name: 'Ingrid Sørensen', email: 'ingrid@shop.example' },
  { says: ['Danke, alles angekommen!'], answers: [['ada', 'Wie schön. Viel Freude damit!']], state: 'resolved' },
  {
    name: 'Camille Okonkwo',
    email: 'camille@okonkwo.example',
    page: {
      url: 'https://shop.example/en/tableware/stoneware?size=12',
      title: 'Stoneware dinner sets, lake glaze – Hearth & Clay',
    },
    says: [longText, 'Hello! Does the lake glaze come as a bowl, too?', 'And is it food safe?'],
    answers: [
      ['ada', 'It does: we fire six of them this Thursday.'],
      ['ada', 'Shall I keep one for you?'],
      [
        'bob',
        'Yes, all our glazes are: https://shop.example/en/glazes/food-safety-of-every-glaze-that-we-have-used-since-2015',
      ],
    ],
    note: 'A regular since 2019. Give the usual discount, and mind the earlier complaint about the packing.',
    state: 'ada',
  },
  { says: ['Are you open on Monday?'] },
]

async function hold(url: string, talk: Talk, agents: Readonly<Record<'ada' | 'bob', AgentLogin>>): Promise<Visitor> {
  const visitor = await openVisitor(url)
  const path = `${url}/api/agent/conversations/${visitor.conversationId}`
  const { name, email, page, says, answers = [], note, state } = talk
  const profile = { ...(name && { name }), ...(email && { email }), ...(page && { page }) }
  if (Object.keys(profile).length > 0)
    await call(`${url}/api/visitor`, { method: 'PUT', headers: visitor.headers, body: profile })
  for (const text of says) await postText(url, visitor, text)
  if (note) await call(`${path}/notes`, { headers: agents.bob.headers, body: { content: note, clientNoteId: 'n1' } })
  for (const [who, content] of answers)
    await call(`${path}/messages`, { headers: agents[who].headers, body: { content } })
  if (state === 'resolved') await call(`${path}/resolve`, { method: 'POST', headers: agents.ada.headers })
  else if (state) await call(`${path}/assign`, { headers: agents.ada.headers, body: { userId: agents[state].userId } })
  return visitor
}

/** Thirty conversations such as a shop has: resolved, assigned and new, short and endless, in several scripts. */
export async function fillDesk(
  url: string,
  logins: Readonly<Record<'ada' | 'bob', Login>>,
): Promise<readonly Visitor[]> {
  const agents = { ada: await logIn(url, logins.ada), bob: await logIn(url, logins.bob) }
  const visitors = []
  for (const talk of talks) visitors.push(await hold(url, talk, agents))
  await call(`${url}/api/agent/replies/r1`, {
    ...{ method: 'PUT', headers: agents.ada.headers },
    body: {
      shortcut: 'shipping',
      content: 'We ship on Tuesdays and Fridays. You get a mail with the number of the parcel.',
    },
  })
  return visitors
}
