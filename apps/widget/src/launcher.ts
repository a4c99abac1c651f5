import type { Clock } from '@helvino/runtime'
import css from './launcher.css'
import type { LauncherWords } from './panel-terms.ts'
import { textColorOn } from './text-color.ts'
import { launcherWords } from './words/en.ts'

const svgNamespace = 'http://www.w3.org/2000/svg'
const bubblePath = 'M4 5h16v12H9l-5 4z'
const crossPath = 'm6 6 12 12M6 18 18 6'
const usualColor = '#2563eb'
// Long enough that a page which throws us out each time is not kept busy by it.
const putBackAfterMs = 500

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}

export interface LauncherOptions {
  readonly clock: Clock
  readonly onToggle: () => void
  /** The visitor moves towards it. */
  readonly onApproach: () => void
}

/** The button in the corner, and the shadow root that everything of ours lives in. */
export interface Launcher {
  readonly root: ShadowRoot
  setOpen(isOpen: boolean): void
  setBusy(isBusy: boolean): void
  /** Until it is opened the next time. */
  tellLoadFailed(): void
  /** What it says, from the next change on. */
  readonly words: LauncherWords
  /** `color` as `#rrggbb`. */
  setColor(color: string): void
  /** How many answers are not read yet. */
  setUnread(count: number): void
  /** Takes it off the page, for good. */
  remove(): void
}

/** Made by DOM calls alone: a strict policy forbids the rest. */
export function createLauncher({ clock, onToggle, onApproach }: LauncherOptions): Launcher {
  const host = document.createElement('helvino-widget')
  const root = host.attachShadow({ mode: 'open' })
  const button = document.createElement('button')
  const trouble = document.createElement('div')
  const svg = document.createElementNS(svgNamespace, 'svg')
  const path = document.createElementNS(svgNamespace, 'path')
  const colors = sheetOf('')
  const words: LauncherWords = { ...launcherWords }
  let isRemoved = false
  const attach = () => {
    if (isRemoved || host.isConnected) return
    // Beside the body, not in it: a site that swaps its body leaves it alone.
    document.documentElement.append(host)
    watch.observe(document.documentElement, { childList: true })
  }
  const watch = new MutationObserver(() => clock.startTimer(putBackAfterMs, attach))
  const launcher: Launcher = {
    root,
    words,
    setOpen(isOpen) {
      attach()
      trouble.textContent = ''
      // Back to where the visitor came from, but only from within: `Helvino.close()` must not steal the page's focus.
      const takesFocus = !isOpen && root.activeElement
      button.ariaExpanded = String(isOpen)
      button.ariaLabel = isOpen ? words.close : words.open
      path.setAttribute('d', isOpen ? crossPath : bubblePath)
      if (takesFocus) button.focus()
    },
    setBusy(isBusy) {
      button.ariaBusy = String(isBusy)
    },
    tellLoadFailed() {
      trouble.textContent = words.loadFailed
    },
    setColor: (color) => colors.replaceSync(`:host{--helvino-color:${color};--helvino-on-color:${textColorOn(color)}}`),
    setUnread(count) {
      button.dataset['unread'] = String(count)
      button.ariaLabel = `${words.open} (${count})`
    },
    remove() {
      isRemoved = true
      watch.disconnect()
      host.remove()
    },
  }
  root.adoptedStyleSheets = [sheetOf(css), colors]
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.append(path)
  button.className = 'launcher'
  button.append(svg)
  button.addEventListener('click', onToggle)
  // A finger enters as a mouse does.
  for (const type of ['pointerenter', 'focus']) button.addEventListener(type, onApproach)
  trouble.className = 'trouble'
  trouble.role = 'status'
  // Whatever the page's own is: the side is for the organisation to choose.
  host.dir = 'ltr'
  root.append(trouble, button)
  launcher.setColor(usualColor)
  launcher.setOpen(false)
  return launcher
}
