import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, posix, relative } from 'node:path'
import { Marked } from 'marked'

const root = join(import.meta.dirname, '..', '..')
const target = join(import.meta.dirname, 'dist', 'docs')
const rootPages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']

const styles = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; --line: #8884; --soft: #8881 }
body { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line) }
h1, h2, h3 { line-height: 1.25; margin-block: 2rem .5rem }
code, pre { font: .875em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: .25rem }
code { padding: .1em .3em } pre { padding: .75rem 1rem; overflow-x: auto } pre code { padding: 0; background: none }
img { max-width: 100%; border: 1px solid var(--line); border-radius: .5rem }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: start; vertical-align: top }
`

/** Where a page of the repository is served: `docs/rules.md` at `/docs/rules`, `README.md` at `/docs`. @param {string} path */
function addressOf(path) {
  const name = path.replace(/^docs\//, '').replace(/\.md$/, '')
  return name === 'README' ? '/docs' : `/docs/${name.toLowerCase()}`
}

/** @param {string} text */
const escapeHtml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** @param {string} path @param {string} markdown @param {Set<string>} known */
function render(path, markdown, known) {
  const marked = new Marked({
    walkTokens(token) {
      const href = String(token.href)
      if (token.type === 'image') token.href = `/docs/pictures/${posix.basename(href)}`
      if (token.type !== 'link') return
      if (!href.endsWith('.md')) return
      const linked = posix.join(posix.dirname(path), href)
      if (!known.has(linked)) throw new Error(`${path} links to ${href}, which is not there`)
      token.href = addressOf(linked)
    },
  })
  const html = marked.parse(markdown, { async: false })
  return html.replaceAll('<table>', '<div class="table"><table>').replaceAll('</table>', '</table></div>')
}

/** The guides as pages, so that whoever runs the server can read them where it runs. A link to a page that is not there fails the build. */
export async function buildDocs() {
  const found = await readdir(join(root, 'docs'), { recursive: true })
  const guides = found.filter((name) => name.endsWith('.md')).map((name) => `docs/${name.replaceAll('\\', '/')}`)
  const paths = [...rootPages, ...guides.sort()]
  const known = new Set(paths)
  const menu = paths
    .filter((path) => !path.includes('/adr/'))
    .map((path) => `<a href="${addressOf(path)}">${escapeHtml(path.replace(/^docs\/|\.md$/g, ''))}</a>`)
    .join('\n')
  for (const path of paths) {
    const markdown = await readFile(join(root, path), 'utf8')
    const title = /^# (.+)$/m.exec(markdown)?.[1] ?? path
    const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escapeHtml(title)} - Helvino</title>
<link rel="stylesheet" href="/docs/docs.css" />
</head>
<body>
<nav>${menu}</nav>
<main>${render(path, markdown, known)}</main>
</body>
</html>
`
    const file = join(target, relative('/docs', addressOf(path)) || 'index') + '.html'
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, page)
  }
  await writeFile(join(target, 'docs.css'), styles.trim())
  await cp(join(root, 'docs', 'pictures'), join(target, 'pictures'), { recursive: true })
}
