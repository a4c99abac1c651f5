import type { HelvinoSettings } from '@helvino/widget-package'
import { textColorOn } from './text-color.ts'

// The panel fills a screen that is narrower: there it has no corner.
const wide = '@media(min-width:481px)'

/** The page's wishes for the look as a stylesheet, laid over our own. */
export function lookOf({ color, hideLauncher, position, theme, zIndex }: HelvinoSettings): string {
  const other = position === 'left' ? 'right' : 'left'
  const side = `${String(position)}:20px!important;${other}:auto!important`
  const rules = [
    color && `:host{--helvino-color:${color}!important;--helvino-on-color:${textColorOn(color)}!important}`,
    hideLauncher && '.launcher{display:none!important}',
    position && `.launcher,.trouble{${side}}${wide}{.panel{${side}}}`,
    theme && theme !== 'auto' && `:host,.panel{color-scheme:${theme}!important}`,
    zIndex && `.launcher,.trouble,.panel{z-index:${zIndex}!important}`,
  ]
  return rules.filter((rule) => typeof rule === 'string').join('')
}
