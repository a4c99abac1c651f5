import { describe, expect, it } from 'vitest'
import { insideNames } from '../apps/widget/inside-names.mjs'
import { outsideNames } from './outside-names.ts'

const known = outsideNames()

/** Who outside knows each of these. */
const faults = (names: readonly string[]) =>
  names.filter((name) => known.has(name)).map((name) => `"${name}" is of ${known.get(name) ?? ''}`)

describe('the names that the build of the widget shortens', () => {
  it('[MG1] are known to nobody outside', () => {
    expect(faults(insideNames)).toEqual([])
  })

  it('[MG2] would be refused where the wire, the storage, a tab, another build, the page or the browser knows them', () => {
    expect(faults(['config', 'primaryColor'])).toHaveLength(2)
    expect(faults(['hold'])).toEqual(['"hold" is of OutboxRecord in packages/client/src/outbox-record.ts'])
    expect(faults(['term', 'eager'])).toEqual([
      '"term" is of LineWord in packages/client/src/line-word.ts',
      '"eager" is of LineWord in packages/client/src/line-word.ts',
    ])
    expect(faults(['aheadAfterMs'])).toEqual(['"aheadAfterMs" is of TabMessage in packages/token/src/tab-line.ts'])
    expect(faults(['noteWaiting', 'monotonicMs', 'startPanel'])).toHaveLength(3)
    expect(faults(['zIndex', 'getToken', 'setTheme'])).toHaveLength(3)
    expect(faults(['adoptedStyleSheets', 'childList', 'helvinoSettings'])).toEqual([
      expect.stringMatching(/^"adoptedStyleSheets" is of the browser's, in apps\/widget\/src\/.*:\d+$/),
      expect.stringMatching(/^"childList" is of the browser's/),
      expect.stringMatching(/^"helvinoSettings" is of the browser's/),
    ])
    expect(faults(['isTokenExpiredOrExpiring', 'laneOf'])).toEqual([])
  })
})
