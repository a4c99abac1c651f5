import type { Page } from 'playwright-core'

/** Runs in the page: the text of the widget that stands out too little from what it lies on (WCAG 2.2, 1.4.3), with its contrast. */
function findLowContrast(least: number): string[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const root = document.querySelector('helvino-widget')?.shadowRoot
  if (!context || !root) return ['no widget']
  /** Any colour of CSS, mixed ones too, over `ground`, as red, green and blue. */
  const drawn = (color: string, alpha: number, ground: readonly number[]) => {
    context.globalAlpha = 1
    context.fillStyle = `rgb(${ground.join(' ')})`
    context.fillRect(0, 0, 1, 1)
    context.globalAlpha = alpha
    context.fillStyle = color
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const luminance = (color: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = color.map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return red * 0.2126 + green * 0.7152 + blue * 0.0722
  }
  /** Every ground from the outermost to the element's own, one over the other. */
  const groundOf = (element: Element | null): readonly number[] =>
    element ? drawn(getComputedStyle(element).backgroundColor, 1, groundOf(element.parentElement)) : [255, 255, 255]
  const opacityOf = (element: Element | null): number =>
    element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1
  const low: string[] = []
  for (const element of root.querySelectorAll('*')) {
    const text = [...element.childNodes].some(({ nodeType, nodeValue }) => nodeType === 3 && nodeValue?.trim())
    const hint = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement
    // What is switched off is left out by the rule itself.
    if (!(text || hint) || !element.checkVisibility() || element.matches(':disabled')) continue
    const ground = groundOf(element)
    const { color } = getComputedStyle(element, hint ? '::placeholder' : undefined)
    const [one, other] = [luminance(drawn(color, opacityOf(element), ground)), luminance(ground)]
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast < least) low.push(`contrast ${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 90)}`)
  }
  return low
}

// What is written small must stand out by this.
const leastContrast = 4.5

/** The checker cannot tell a mixed colour from any other: this draws it. */
export const lowContrast = (page: Page): Promise<readonly string[]> => page.evaluate(findLowContrast, leastContrast)
