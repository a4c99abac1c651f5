import { type ConversationId, decodeConversationId } from '@helvino/protocol'

export const settingsPages = [
  'widget',
  'installation',
  'sites',
  'team',
  'identity',
  'data',
  'activity',
  'account',
] as const
export type SettingsPage = (typeof settingsPages)[number]

/** What the page shows, as its address says it: a reload and the browser's back button keep the place. */
export type Route =
  | { readonly view: 'list' }
  | { readonly view: 'thread'; readonly id: ConversationId }
  | { readonly view: 'settings'; readonly page: SettingsPage }
  | { readonly view: 'health' }

export function parseRoute(hash: string): Route {
  if (hash === '#/health') return { view: 'health' }
  // Where the sites stood before there were settings.
  if (hash === '#/sites') return { view: 'settings', page: 'sites' }
  const page = settingsPages.find((each) => hash === `#/settings/${each}`)
  if (page || hash === '#/settings') return { view: 'settings', page: page ?? 'widget' }
  const id = decodeConversationId(/^#\/c\/(.*)$/.exec(hash)?.[1])
  return id ? { view: 'thread', id } : { view: 'list' }
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case 'list':
      return '#/'
    case 'settings':
      return `#/settings/${route.page}`
    case 'health':
      return '#/health'
    case 'thread':
      return `#/c/${route.id}`
  }
}

/** Where a plain address such as `/inbox/settings/team` leads, as guides and mails write it; `undefined` for any other path. */
export function hashOfPath(path: string): string | undefined {
  const hash = `#${path.replace(/^\/inbox(?=\/)/, '').replace(/\/$/, '')}`
  return path.startsWith('/inbox/settings') && parseRoute(hash).view === 'settings' ? hash : undefined
}
