import type { Clock } from '@helvino/runtime'
import css from './launcher.css'
import type { LauncherWords } from './panel-terms.ts'
import { textColorOn } from './text-color.ts'
import { launcherWords } from './words/en.ts'

// Long enough that a page which throws us out each time is not kept busy by it.
const putBackAfterMs = 500

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
  const sheet = new CSSStyleSheet()
  const words: LauncherWords = { ...launcherWords }
  let isRemoved = false
  // As the stylesheet has it: what is there already is not drawn anew.
  let shownColor = '#2563eb'
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
      if (takesFocus) button.focus()
    },
    setBusy(isBusy) {
      button.ariaBusy = String(isBusy)
    },
    tellLoadFailed() {
      trouble.textContent = words.loadFailed
    },
    setColor(color) {
      if (color === shownColor) return
      shownColor = color
      host.style.cssText = `--helvino-color:${color};--helvino-on-color:${textColorOn(color)}`
    },
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
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  button.className = 'launcher'
  button.addEventListener('click', onToggle)
  // A finger enters as a mouse does.
  for (const type of ['pointerenter', 'focus']) button.addEventListener(type, onApproach)
  trouble.className = 'trouble'
  trouble.role = 'status'
  // Whatever the page's own is: the side is for the organisation to choose.
  host.dir = 'ltr'
  root.append(trouble, button)
  launcher.setOpen(false)
  return launcher
}
