import { type ConversationId, decodeConversationId } from '@helvino/protocol'

/** What the page shows, as its address says it: a reload and the browser's back button keep the place. */
export type Route =
  | { readonly view: 'list' }
  | { readonly view: 'thread'; readonly id: ConversationId }
  | { readonly view: 'sites' }
  | { readonly view: 'health' }

export function parseRoute(hash: string): Route {
  if (hash === '#/sites') return { view: 'sites' }
  if (hash === '#/health') return { view: 'health' }
  const id = decodeConversationId(/^#\/c\/(.*)$/.exec(hash)?.[1])
  return id ? { view: 'thread', id } : { view: 'list' }
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case 'list':
      return '#/'
    case 'sites':
      return '#/sites'
    case 'health':
      return '#/health'
    case 'thread':
      return `#/c/${route.id}`
  }
}
