import type { FirstStart } from './first-start.ts'

/** What the terminal shows after a start: where things are, and, once, how to log in. */
export function welcome(url: string, demo: boolean, firstStart: FirstStart | undefined): string[] {
  const lines = ['', 'Helvino is running.', '']
  if (demo) lines.push(`  Demo shop with the widget   ${url}/demo`)
  lines.push(`  Inbox, where agents answer  ${url}/inbox`, `  Guides                      ${url}/docs`, '')
  const login = firstStart?.login
  if (login) {
    lines.push('  Log in to the inbox with (shown this once, so keep it):')
    lines.push(`    e-mail    ${login.email}`, `    password  ${login.password}`, '')
  } else lines.push('  Log in with the address and password that the first start showed.', '')
  if (firstStart === undefined) return lines
  lines.push(
    '  Two lines put the widget on a page:',
    `    <script>window.HELVINO_ORG_KEY = "${firstStart.orgKey}"</script>`,
    `    <script src="${url}/embed.js" async></script>`,
    '',
  )
  return lines
}
