import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { lowContrast } from './contrast.ts'

export const phone = { viewport: { width: 390, height: 844 } }
export const desktop = { viewport: { width: 1280, height: 800 } }

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Brings the checker into the page, past its policy, and for a time without a network too. */
export async function bringAxe(page: Page): Promise<void> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(readFileSync(axePath, 'utf8'))
}

/** What the checker finds, as lines, and every text that stands out too little. */
async function findings(page: Page): Promise<readonly string[]> {
  await bringAxe(page)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  return [...found, ...(await lowContrast(page))]
}

const looks = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'dark', forcedColors: 'active' },
} as const

/** What the checker finds as the page stands, light, dark and in forced colours, on a desktop and on a phone. */
export async function findingsEverywhere(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const { viewport } of [desktop, phone])
    for (const [look, media] of Object.entries(looks)) {
      await page.setViewportSize(viewport)
      await page.emulateMedia(media)
      found.push(...(await findings(page)).map((line) => `${look}, ${String(viewport.width)}: ${line}`))
    }
  return found
}
