import { type Site, startSite } from './http-site.ts'

/** The strictest policy under which the widget is promised to work. */
const strictPolicy = (apiUrl: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${apiUrl}`,
    `connect-src ${apiUrl} ${apiUrl.replace('http', 'ws')}`,
    "style-src 'self'",
  ].join('; ')

export interface HostPage {
  readonly head?: string
  readonly body?: string
  /** More attributes of the script tag. */
  readonly attributes?: string
  /** The script tag itself, where it is not the usual one. */
  readonly tag?: string
  /** More of the policy. */
  readonly policy?: string
  /** Files of the site, by path. */
  readonly files?: Readonly<Record<string, { readonly type: string; readonly text: string }>>
}

/** A site on another origin than the API, with the widget on its page and a strict policy over it. */
export function startHostPage(
  apiUrl: string,
  { head, body, attributes, tag: ownTag, policy, files }: HostPage = {},
): Promise<Site> {
  const tag = ownTag ?? `<script src="${apiUrl}/embed.js" data-site-id="site_demo" ${attributes ?? ''} async></script>`
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
    <meta name="viewport" content="width=device-width">${head ?? ''}</head>
    <body>${body ?? '<h1>Shop</h1><a href="#">A link</a>'}${tag}</body></html>`
  return startSite((request, response) => {
    const file = files?.[request.url ?? '']
    response.setHeader('content-security-policy', [strictPolicy(apiUrl), policy ?? ''].join('; '))
    response.setHeader('content-type', file?.type ?? 'text/html')
    response.end(file?.text ?? html)
  })
}
