import { browserClock, browserRandom, browserRequest, browserStorage } from '@helvino/runtime/system-browser'
import { warn } from './console-lines.ts'
import './helvino-global.ts'
import { readPageSettings } from './page-settings.ts'
import type { PanelModule } from './panel-terms.ts'
import { Widget } from './widget.ts'

/** File name of the panel that this loader was built with. */
declare const PANEL_FILE: string

// A page that is never idle is asked for after this all the same.
const idleWithinMs = 4_000
const withoutIdleCallbackMs = 1_500

function onIdle(run: () => void): void {
  const wait = () => {
    if ('requestIdleCallback' in window) window.requestIdleCallback(run, { timeout: idleWithinMs })
    else browserClock.startTimer(withoutIdleCallbackMs, run)
  }
  if (document.readyState === 'complete') wait()
  else addEventListener('load', wait, { once: true })
}

function start(): void {
  const script = document.currentScript ?? document.querySelector('script[src*="/embed.js"]')
  if (!(script instanceof HTMLScriptElement)) return
  const attribute = (name: string) => script.getAttribute(name)
  const { HELVINO_SITE_ID: siteId, HELVINO_ORG_KEY: orgKey, helvinoSettings } = window
  const settings = readPageSettings({ siteId, orgKey, attribute, scriptUrl: script.src })
  if (typeof settings === 'string') {
    warn(`Helvino: no chat, since ${settings}.`)
    return
  }
  const widget = new Widget({
    ...settings,
    clock: browserClock,
    random: browserRandom,
    storage: browserStorage,
    request: browserRequest,
    tuning: { settings: helvinoSettings, attribute },
    loadPanel(attempt) {
      const url = `${settings.apiUrl}/assets/${PANEL_FILE}`
      // What lies there was built together with this file.
      return import(attempt ? `${url}?again=${attempt}` : url) as Promise<PanelModule>
    },
    onIdle,
  })
  window.Helvino = {
    open: () => widget.open(),
    close: () => widget.close(),
    toggle: () => widget.toggle(),
    isOpen: () => widget.isOpen(),
    shutdown() {
      widget.shutdown()
      delete window.Helvino
    },
  }
}

// A second paste of the snippet finds the first and leaves it alone.
if (!window.Helvino)
  try {
    start()
  } catch (error) {
    // Whatever a hostile or ancient page does to us, the page itself goes on.
    warn(`Helvino: the chat could not start: ${String(error)}`)
  }
