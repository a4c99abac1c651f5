import { browserClock, browserRandom, browserRequest, browserStorage } from '@helvino/runtime/system-browser'
import { warn } from './console-lines.ts'
import type { FaceModule } from './face-terms.ts'
import { createFace } from './face.ts'
import './helvino-global.ts'
import { readPageSettings } from './page-settings.ts'
import type { PanelModule } from './panel-terms.ts'

/** File name of the panel that this loader was built with. */
declare const PANEL_FILE: string
/** Of the face's chunk. */
declare const FACE_FILE: string

// A page that is never idle is asked for after this all the same.
const idleWithinMs = 4_000
const withoutIdleCallbackMs = 1_500

function onIdle(run: () => void): void {
  const wait = () => {
    const ask = (window as Partial<Window>).requestIdleCallback
    if (ask) ask(run, { timeout: idleWithinMs })
    else browserClock.startTimer(withoutIdleCallbackMs, run)
  }
  if (document.readyState === 'complete') wait()
  else addEventListener('load', wait)
}

// Where the browser does not say which script runs: not any embed.js will do, or the visitor's id goes to whoever another one belongs to.
const ownScript = 'script:is([data-site-id],[data-org-key],[data-api])[src*="/embed.js"]'

function start(): void {
  const script = (document.currentScript ?? document.querySelector(ownScript)) as HTMLScriptElement | null
  const attribute = (name: string) => script?.getAttribute(name) ?? null
  const { HELVINO_SITE_ID: siteId, HELVINO_ORG_KEY: orgKey, helvinoSettings } = window
  const settings = script
    ? readPageSettings({ siteId, orgKey, attribute, scriptUrl: script.src })
    : 'its script tag has no data-site-id'
  if (typeof settings === 'string') {
    warn(`no chat: ${settings}`)
    return
  }
  // What lies there was built together with this file.
  const load = (file: string) => (attempt: number) =>
    import(`${settings.apiUrl}/assets/${file}${attempt ? `?again=${attempt}` : ''}`)
  const { q } = (window.Helvino ?? {}) as { readonly q?: Iterable<Iterable<unknown>> }
  const face = createFace({
    ...settings,
    attribute,
    clock: browserClock,
    random: browserRandom,
    storage: browserStorage,
    request: browserRequest,
    // Whatever our attributes say beyond which site it is.
    isTuned: helvinoSettings !== undefined || /data-(?!site-id|org-key|api)/.test(String(script?.outerHTML)),
    loadPanel: load(PANEL_FILE) as (attempt: number) => Promise<PanelModule>,
    loadFace: load(FACE_FILE) as (attempt: number) => Promise<FaceModule>,
    onIdle,
  })
  window.Helvino = face
  // What the page has called before there was anybody to hear it.
  for (const call of q ?? []) face(...(call as unknown as ['open']))
}

// A second paste of the snippet finds the first and leaves it alone; what only keeps calls has no verbs.
if (!window.Helvino?.boot)
  try {
    start()
  } catch (error) {
    // Whatever a hostile or ancient page does to us, the page itself goes on.
    warn(`no chat: ${String(error)}`)
  }
