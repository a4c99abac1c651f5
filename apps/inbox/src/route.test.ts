import type { ConversationId } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { parseRoute, type Route, routeHash } from './route.ts'

describe('route', () => {
  it('[IN1] reads back every address that it writes', () => {
    const routes: Route[] = [
      { view: 'list' },
      { view: 'sites' },
      { view: 'health' },
      { view: 'thread', id: 'c_1-A' as ConversationId },
      { view: 'thread', id: 'sites' as ConversationId },
    ]
    for (const route of routes) expect(parseRoute(routeHash(route))).toEqual(route)
  })

  it.each(['', '#', '#/c/', '#/c/a/b', '#/c/<b>', '#/c/' + 'a'.repeat(65), '#/else'])(
    '[IN2] shows the list for the foreign address "%s"',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ view: 'list' })
    },
  )
})
