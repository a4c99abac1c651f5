import { call } from '../api-client.ts'
import { ask, attacks, changes, postAs } from './attack.ts'
import { type Stage, visitorOf } from './stage.ts'

const ours = (stage: Stage) => stage.ours.visitors[0]

/** What comes back of a text is that text, as JSON and never as a page. */
const comesBack =
  (text: string) =>
  async (stage: Stage): Promise<string> => {
    const { conversationId, headers } = ours(stage)
    const posted = await call(`${stage.url}/conversations/${conversationId}/messages`, {
      headers,
      body: { role: 'user', content: text },
    })
    const type = posted.headers.get('content-type') ?? ''
    return `${posted.body['content'] === text ? 'as it was' : 'changed'}, ${type.startsWith('application/json') ? 'JSON' : type}`
  }

const same = 'as it was, JSON'

/** Text is stored as it is and never becomes markup; that no browser runs it is shown by the widget's and the inbox's own tests. */
const textAttacks = attacks(
  ['xss-01', 'a script', same, comesBack('<script>alert(1)</script>'), changes],
  ['xss-02', 'an image with a handler', same, comesBack('<img src=x onerror=alert(1)>'), changes],
  ['xss-03', 'an SVG', same, comesBack('<svg/onload=alert(1)>'), changes],
  ['xss-04', 'the end of a script in JSON', same, comesBack('</script><script>alert(1)</script>'), changes],
  ['xss-05', 'the end of a line to JavaScript only', same, comesBack('a\u2028b\u2029c'), changes],
  ['xss-06', 'a template', same, comesBack('{{constructor.constructor("alert(1)")()}}'), changes],
  ['xss-07', 'a link that is a program', same, comesBack('javascript:alert(1)'), changes],
  ['xss-08', 'a link that is a page', same, comesBack('data:text/html,<script>alert(1)</script>'), changes],
  ['xss-09', 'text that runs the other way', same, comesBack('a\u202Egpj.exe'), changes],
  [
    'xss-10',
    'a page of which the address is a program',
    '422 or nothing kept',
    (stage) => profile(stage, { page: { url: 'javascript:alert(1)', title: 'x' } }),
    changes,
  ],
  [
    'xss-11',
    'a script in an address that is refused',
    'JSON',
    async (stage) => {
      const { headers } = await call(`${stage.url}/<script>alert(1)</script>`)
      return (headers.get('content-type') ?? '').startsWith('application/json') ? 'JSON' : 'a page'
    },
  ],
  [
    'xss-12',
    'a colour that is a style',
    '400 request_invalid',
    (stage) => setting(stage, { theme: { primaryColor: 'red;background:url(//evil)' } }),
  ],
  ['xss-13', 'a language that is a script', '400 request_invalid', (stage) => setting(stage, { language: '<script>' })],
  ['xss-14', 'a position that is a style', '400 request_invalid', (stage) => setting(stage, { position: 'left;x' })],
)

async function profile(stage: Stage, body: object): Promise<string> {
  const { headers } = stage.ours.visitors[2]
  const { status, text } = await call(`${stage.url}/api/visitor`, { method: 'PUT', headers, body })
  return status >= 400 || !text.includes('javascript:') ? '422 or nothing kept' : 'kept'
}

const setting = (stage: Stage, body: object) =>
  ask(stage, '/api/agent/settings', { method: 'PUT', headers: stage.ours.admin.headers, body })

/** The server asks nobody for anything: whatever an address stands in, it is never followed. */
const reachAttacks = attacks(
  [
    'ssrf-01',
    'an address in a message',
    '201',
    (stage) => postAs(stage, ours(stage), {}, { role: 'user', content: stage.canary.url }),
    changes,
  ],
  [
    'ssrf-02',
    'the address of a page',
    '200',
    async (stage) => {
      const { headers } = await visitorOf(stage.url, stage.ours.key, 'hello')
      return ask(stage, '/api/visitor', {
        method: 'PUT',
        headers,
        body: { page: { url: stage.canary.url, title: 'x' } },
      })
    },
    changes,
  ],
  [
    'ssrf-03',
    'a site that is to be allowed',
    '200',
    (stage) =>
      ask(stage, '/api/agent/sites/allow', { headers: stage.ours.admin.headers, body: { origin: stage.canary.url } }),
    changes,
  ],
  [
    'ssrf-04',
    'an origin',
    '403 origin_not_allowed',
    (stage) => ask(stage, '/api/bootloader', { headers: { 'x-org-key': stage.theirs.key, origin: stage.canary.url } }),
  ],
  [
    'ssrf-05',
    'a referrer and a forwarded host',
    '200',
    (stage) =>
      ask(stage, '/api/bootloader', {
        headers: {
          'x-org-key': stage.ours.key,
          referer: stage.canary.url,
          'x-forwarded-host': stage.canary.url.slice(7),
        },
      }),
  ],
  [
    'ssrf-06',
    'a whole address in the first line',
    '302',
    async (stage) =>
      (await import('./attack.ts')).sendRaw(stage, [`GET ${stage.canary.url}/ HTTP/1.1\r\nHost: x\r\n\r\n`]),
  ],
  [
    'ssrf-07',
    'an address in a saved reply',
    '200',
    (stage) =>
      ask(stage, '/api/agent/replies/r1', {
        method: 'PUT',
        headers: stage.ours.admin.headers,
        body: { shortcut: 'canary', content: stage.canary.url },
      }),
    changes,
  ],
  [
    'ssrf-08',
    'an address in a note',
    '201',
    (stage) =>
      ask(stage, `/api/agent/conversations/${ours(stage).conversationId}/notes`, {
        headers: stage.ours.admin.headers,
        body: { content: stage.canary.url, clientNoteId: 'canary' },
      }),
    changes,
  ],
)

const search = (query: string) => (stage: Stage) =>
  ask(stage, `/api/agent/conversations?query=${encodeURIComponent(query)}`, { headers: stage.ours.admin.headers })

/** Patterns that take a careless expression for ever. */
const patternAttacks = attacks(
  [
    'redos-01',
    'an address that almost is one',
    '201',
    (stage) => postAs(stage, ours(stage), {}, { role: 'user', content: `http://${'a.'.repeat(3_900)}` }),
    changes,
  ],
  [
    'redos-02',
    'brackets around an address',
    '201',
    (stage) =>
      postAs(stage, ours(stage), {}, { role: 'user', content: `${'('.repeat(3_900)}http://a${')'.repeat(3_900)}` }),
    changes,
  ],
  [
    'redos-03',
    'an e-mail address that almost is one',
    '400 request_invalid',
    (stage) =>
      ask(stage, '/api/agent/team/invitations', {
        headers: stage.ours.admin.headers,
        body: { email: `${'a.'.repeat(120)}@${'a-'.repeat(5)}!`, role: 'agent' },
      }),
  ],
  [
    'redos-04',
    'the same of 60,000 characters',
    '400 request_invalid',
    (stage) =>
      ask(stage, '/api/agent/team/invitations', {
        headers: stage.ours.admin.headers,
        body: { email: `${'a'.repeat(60_000)}@`, role: 'agent' },
      }),
  ],
  ['redos-05', 'a search for every character that means something', '200', search('%_\\%_[a-z]*(.*)+$')],
  ['redos-06', 'a search of 100 wildcards', '200', search('%'.repeat(100))],
  ['redos-07', 'a search that is longer than searches are', '400 request_invalid', search('x'.repeat(101))],
  ['redos-08', 'SQL for a search', '200', search("' UNION SELECT * FROM user --")],
  [
    'redos-09',
    'a browser of 10,000 characters',
    '200',
    (stage) =>
      ask(stage, '/api/bootloader', {
        headers: {
          'x-org-key': stage.ours.key,
          'x-visitor-id': ours(stage).secret,
          'user-agent': 'Mozilla/5.0 ('.repeat(700),
        },
      }),
  ],
  [
    'redos-10',
    'a language of 10,000 characters',
    '400 request_invalid',
    (stage) => setting(stage, { language: 'a-'.repeat(5_000) }),
  ],
  [
    'redos-11',
    'spaces without end',
    '422 content_invalid',
    (stage) => postAs(stage, ours(stage), {}, { role: 'user', content: ' '.repeat(8_000) }),
  ],
  [
    'redos-12',
    'half pairs without end',
    '201',
    (stage) => postAs(stage, ours(stage), {}, { role: 'user', content: '\ud800'.repeat(8_000) }),
    changes,
  ],
)

/** There are no uploads: whatever looks like one is refused or left aside. */
const uploadAttacks = attacks(
  [
    'upload-01',
    'a file in a form',
    '415 media_type_unsupported',
    (stage) =>
      postAs(
        stage,
        ours(stage),
        { 'content-type': 'multipart/form-data; boundary=x' },
        '--x\r\nContent-Disposition: form-data; name="file"; filename="../../x.sh"\r\n\r\n#!/bin/sh\r\n--x--',
      ),
  ],
  [
    'upload-02',
    'an image as the body',
    '415 media_type_unsupported',
    (stage) => postAs(stage, ours(stage), { 'content-type': 'image/svg+xml' }, '<svg onload="alert(1)"/>'),
  ],
  [
    'upload-03',
    'a file by its address',
    '404 not_found',
    (stage) => ask(stage, '/uploads/x', { method: 'PUT', headers: ours(stage).headers, body: {} }),
  ],
)

export const contentAttacks = [...textAttacks, ...reachAttacks, ...patternAttacks, ...uploadAttacks]
