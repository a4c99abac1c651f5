export interface Snippet {
  readonly kind: 'two-lines' | 'one-line' | 'package'
  /** Each with its heading; empty where it needs none. */
  readonly parts: readonly { readonly name: string; readonly code: string }[]
}

/** What a site pastes. `apiUrl` is this server's origin. */
export function snippetsOf(siteId: string, apiUrl: string): readonly [Snippet, Snippet, Snippet] {
  const options = `siteId: '${siteId}', apiUrl: '${apiUrl}'`
  const load = `import { loadHelvino } from '@helvino/widget'\n\nloadHelvino({ ${options} })`
  const react = `import { HelvinoChat } from '@helvino/widget/react'\n\n<HelvinoChat siteId="${siteId}" apiUrl="${apiUrl}" />`
  const vue = `import { helvino } from '@helvino/widget/vue'\n\napp.use(helvino, { ${options} })`
  return [
    {
      kind: 'two-lines',
      parts: [
        {
          name: '',
          code: `<script>window.HELVINO_SITE_ID = "${siteId}"</script>\n<script src="${apiUrl}/embed.js" async></script>`,
        },
      ],
    },
    {
      kind: 'one-line',
      parts: [{ name: '', code: `<script src="${apiUrl}/embed.js" data-site-id="${siteId}" async></script>` }],
    },
    {
      kind: 'package',
      parts: [
        { name: 'npm', code: 'npm install @helvino/widget' },
        { name: 'JavaScript', code: load },
        { name: 'React', code: react },
        { name: 'Vue', code: vue },
      ],
    },
  ]
}
