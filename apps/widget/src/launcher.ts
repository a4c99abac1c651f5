import css from './launcher.css'
import { textColorOn } from './text-color.ts'
import { launcherWords as words } from './words/en.ts'

const svgNamespace = 'http://www.w3.org/2000/svg'
const bubblePath = 'M4 5h16v12H9l-5 4z'
const crossPath = 'm6 6 12 12M6 18 18 6'

function icon(name: string, path: string): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('class', name)
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const shape = document.createElementNS(svgNamespace, 'path')
  shape.setAttribute('d', path)
  svg.append(shape)
  return svg
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}

export interface LauncherHooks {
  readonly onToggle: () => void
  readonly onClose: () => void
  /** The visitor moves towards it. */
  readonly onApproach: () => void
}

/** The button in the corner, and the shadow root that everything of ours lives in. Made by DOM calls alone: a strict policy forbids the rest. */
export class Launcher {
  readonly root: ShadowRoot
  readonly #host: HTMLElement
  readonly #button = document.createElement('button')
  readonly #trouble = document.createElement('div')
  readonly #colors = sheetOf('')
  #isOpen = false

  constructor({ onToggle, onClose, onApproach }: LauncherHooks) {
    this.#host = document.createElement('helvino-widget')
    this.root = this.#host.attachShadow({ mode: 'open' })
    this.root.adoptedStyleSheets = [sheetOf(css), this.#colors]
    this.#button.type = 'button'
    this.#button.className = 'launcher'
    this.#button.append(icon('bubble', bubblePath), icon('cross', crossPath))
    this.#trouble.className = 'trouble'
    this.#trouble.setAttribute('role', 'status')
    this.root.append(this.#trouble, this.#button)
    this.#button.addEventListener('click', onToggle)
    for (const type of ['pointerenter', 'touchstart', 'focus'])
      this.#button.addEventListener(type, onApproach, { passive: true })
    this.root.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Escape' && !event.isComposing) onClose()
    })
    // To the page our inputs look like one plain element, so its keyboard shortcuts would fire on what the visitor types.
    for (const type of ['keydown', 'keypress', 'keyup'])
      this.root.addEventListener(type, (event) => {
        event.stopPropagation()
      })
    this.setOpen(false)
    this.attach()
  }

  /** Beside the body, not in it: a site that swaps its body leaves it alone. Puts it back where something took it out. */
  attach(): void {
    if (!this.#host.isConnected) document.documentElement.append(this.#host)
  }

  setOpen(isOpen: boolean): void {
    // Back to where the visitor came from, but only from within: `Helvino.close()` must not steal the page's focus.
    const takesFocus = this.#isOpen && !isOpen && this.root.activeElement !== null
    this.#isOpen = isOpen
    this.#button.setAttribute('aria-expanded', String(isOpen))
    this.#button.setAttribute('aria-label', isOpen ? words.close : words.open)
    if (takesFocus) this.#button.focus()
  }

  setBusy(isBusy: boolean): void {
    this.#button.setAttribute('aria-busy', String(isBusy))
  }

  setLoadFailed(hasFailed: boolean): void {
    this.#trouble.textContent = hasFailed ? words.loadFailed : ''
  }

  /** `color` as `#rrggbb`. */
  setColor(color: string): void {
    this.#colors.replaceSync(`:host{--helvino-color:${color};--helvino-on-color:${textColorOn(color)}}`)
  }

  remove(): void {
    this.#host.remove()
  }
}
