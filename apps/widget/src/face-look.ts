import type { HelvinoSettings } from '@helvino/widget-package'
import { textColorOn } from './text-color.ts'

// The panel fills a screen that is narrower: there it has no corner.
const wide = '@media(min-width:481px)'

/** The page's wishes for the look as a stylesheet, laid over our own. */
export function lookOf({ color, hideLauncher, position, theme, zIndex }: HelvinoSettings): string {
  const left = 'left:20px!important;right:auto!important'
  const rules = [
    color && `:host{--helvino-color:${color}!important;--helvino-on-color:${textColorOn(color)}!important}`,
    hideLauncher && '.launcher{display:none!important}',
    position === 'left' && `.launcher,.trouble{${left}}${wide}{.panel{${left}}}`,
    theme && theme !== 'auto' && `:host,.panel{color-scheme:${theme}!important}`,
    zIndex && `.launcher,.trouble,.panel{z-index:${zIndex}!important}`,
  ]
  return rules.filter((rule) => typeof rule === 'string').join('')
}
