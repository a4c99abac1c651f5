import type { ConversationId } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { hashOfPath, parseRoute, type Route, routeHash, settingsPages } from './route.ts'

describe('route', () => {
  it('[IN1] reads back every address that it writes', () => {
    const routes: Route[] = [
      { view: 'list' },
      ...settingsPages.map((page) => ({ view: 'settings', page }) as const),
      { view: 'health' },
      { view: 'thread', id: 'c_1-A' as ConversationId },
      { view: 'thread', id: 'sites' as ConversationId },
    ]
    for (const route of routes) expect(parseRoute(routeHash(route))).toEqual(route)
  })

  it.each(['', '#', '#/c/', '#/c/a/b', '#/c/<b>', '#/c/' + 'a'.repeat(65), '#/else', '#/settings/else'])(
    '[IN2] shows the list for the foreign address "%s"',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ view: 'list' })
    },
  )

  it('[SET1] takes a plain address of the settings for what it says, and the old one of the sites', () => {
    expect(hashOfPath('/inbox/settings/team')).toBe('#/settings/team')
    expect(parseRoute(hashOfPath('/inbox/settings/') ?? '')).toEqual({ view: 'settings', page: 'widget' })
    for (const path of ['/inbox', '/inbox/', '/inbox/settings/else', '/inbox/settingsx', '/inbox/c/c_1'])
      expect(hashOfPath(path)).toBeUndefined()
    expect(parseRoute('#/sites')).toEqual({ view: 'settings', page: 'sites' })
  })
})
