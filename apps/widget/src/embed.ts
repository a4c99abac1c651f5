import { browserClock, browserRandom, browserRequest, browserStorage } from '@helvino/runtime/system-browser'
import { warn } from './console-lines.ts'
import './helvino-global.ts'
import { readPageSettings } from './page-settings.ts'
import type { PanelModule } from './panel-terms.ts'
import { createWidget } from './widget.ts'

/** File name of the panel that this loader was built with. */
declare const PANEL_FILE: string

// A page that is never idle is asked for after this all the same.
const idleWithinMs = 4_000
const withoutIdleCallbackMs = 1_500

function onIdle(run: () => void): void {
  const wait = () => {
    if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: idleWithinMs })
    else browserClock.startTimer(withoutIdleCallbackMs, run)
  }
  if (document.readyState === 'complete') wait()
  else addEventListener('load', wait, { once: true })
}

// Where the browser does not say which script runs: not any embed.js will do, or the visitor's id goes to whoever another one belongs to.
const ownScript = 'script:is([data-site-id],[data-org-key],[data-api])[src*="/embed.js"]'

function start(): void {
  const script = document.currentScript ?? document.querySelector(ownScript)
  const attribute = (name: string) => script?.getAttribute(name) ?? null
  const { HELVINO_SITE_ID: siteId, HELVINO_ORG_KEY: orgKey, helvinoSettings } = window
  const settings =
    script instanceof HTMLScriptElement
      ? readPageSettings({ siteId, orgKey, attribute, scriptUrl: script.src })
      : 'its script tag has no data-site-id'
  if (typeof settings === 'string') {
    warn(`no chat: ${settings}`)
    return
  }
  const widget = createWidget({
    ...settings,
    clock: browserClock,
    random: browserRandom,
    storage: browserStorage,
    request: browserRequest,
    tuning: { settings: helvinoSettings, attribute },
    loadPanel(attempt) {
      const query = attempt ? `?again=${attempt}` : ''
      // What lies there was built together with this file.
      return import(`${settings.apiUrl}/assets/${PANEL_FILE}${query}`) as Promise<PanelModule>
    },
    onIdle,
  })
  window.Helvino = {
    ...widget,
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
    warn(`no chat: ${String(error)}`)
  }
