import { parseTokenExpiration } from '@helvino/client'
import { asRecord } from '@helvino/protocol'
import type { Clock, KeyValue, Network, Random } from '@helvino/runtime'
import { type BootListener, createBootAsking } from './boot-asking.ts'
import { say, tokenCachedLine, warn } from './console-lines.ts'
import type { Helvino } from './helvino-global.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import type { PageSettings } from './page-settings.ts'
import type { Panel, PanelModule } from './panel-terms.ts'
import type { GivenTuning } from './tuning.ts'
import { findVisitorId, keepVisitorId } from './visitor-identity.ts'
import { createWaitingNote } from './waiting-note.ts'

export interface WidgetOptions extends PageSettings {
  readonly clock: Clock
  readonly random: Random
  readonly storage: KeyValue
  readonly request: Network['request']
  readonly tuning: GivenTuning
  /** Loads the panel's chunk. `attempt` counts from 0: a browser may remember that an address failed. */
  readonly loadPanel: (attempt: number) => Promise<PanelModule>
  /** Calls back once, when the page has nothing better to do. */
  readonly onIdle: (run: () => void) => void
}

/** What the site's owner is told to do about a refusal that will not pass. */
const adviceOn: Readonly<Record<string, string>> = {
  not_found: 'check the site id or org key',
  origin_not_allowed: 'allow it in the inbox, then reload',
  org_disabled: 'the organisation is switched off',
}

/** The panel's chunk, loaded once; after a failure the next call tries again. */
function createPanelLoading(loadPanel: WidgetOptions['loadPanel']): () => Promise<PanelModule> {
  let loading: Promise<PanelModule> | undefined
  let attempts = 0
  return () =>
    (loading ??= loadPanel(attempts).catch((error: unknown) => {
      loading = undefined
      attempts += 1
      throw error
    }))
}

/** Reads only what the launcher needs of the bootloader's answer; the panel decodes the whole. */
function adopt(answer: Readonly<Record<string, unknown>>, launcher: Launcher, widget: Helvino): void {
  const config = asRecord(answer['config'])
  const expSeconds = parseTokenExpiration(String(answer['orgToken']))
  const color = String(asRecord(config?.['theme'])?.['primaryColor'])
  if (expSeconds !== null) say(tokenCachedLine(expSeconds * 1_000))
  if (/^#[0-9a-f]{6}$/i.test(color)) launcher.setColor(color)
  if (config?.['widgetEnabled'] === false) widget.shutdown()
}

/** Gives true of a refusal that will not pass, and says in the console what can be done about it. */
function isFinal(code: string, apiUrl: string): boolean {
  const advice = adviceOn[code]
  if (advice !== undefined) warn(`${apiUrl} refused ${location.origin} (${code}): ${advice}.`)
  return advice !== undefined
}

const createBootListener =
  (apiUrl: string, launcher: Launcher, widget: Helvino, hasPanel: () => boolean): BootListener =>
  (status, json) => {
    if (status === 200) adopt(json, launcher, widget)
    else if (!isFinal(String(json['code']), apiUrl)) return false
    // An open panel says so on its messages, and keeps them.
    else if (status === 403 && !hasPanel()) widget.shutdown()
    return true
  }

function tellFailed(error: unknown, launcher: Launcher, widget: Helvino): void {
  warn(`no chat: ${String(error)}`)
  widget.close()
  launcher.tellLoadFailed()
}

/** The widget on one page: the launcher at once, the one bootloader call when the page is idle, the panel when it is opened. */
export function createWidget(options: WidgetOptions): Helvino {
  const { apiUrl, site, storage } = options
  const visitorId = findVisitorId(site, storage, options.random)
  const stop = new AbortController()
  const waiting = createWaitingNote(site, storage)
  const load = createPanelLoading(options.loadPanel)
  let panel: Panel | undefined
  let isOpen = false
  /** Starts the panel, hidden where the visitor has not asked for it: then it sends what waits. */
  const start = async () => {
    ask()
    launcher.setBusy(isOpen)
    try {
      const { startPanel } = await load()
      if (stop.signal.aborted) return
      panel ??= startPanel({
        ...{ ...options, visitorId, root: launcher.root, boot: booting.last() },
        keepVisitorId: () => keepVisitorId(site, storage, visitorId),
        noteWaiting: waiting.write,
        dressLauncher: launcher.dress,
        ...{ onClose: widget.close, onDisabled: widget.shutdown },
      })
      if (isOpen) panel.show()
      else panel.hide()
    } catch (error) {
      // Where nobody asked for it the next page tries again.
      if (isOpen) tellFailed(error, launcher, widget)
    }
    launcher.setBusy(false)
  }
  const widget: Helvino = {
    isOpen: () => isOpen,
    toggle: () => (isOpen ? widget.close() : widget.open()),
    open() {
      if (isOpen || stop.signal.aborted) return
      isOpen = true
      launcher.setOpen(true)
      void start()
    },
    close() {
      if (!isOpen) return
      isOpen = false
      launcher.setOpen(false)
      panel?.hide()
    },
    shutdown() {
      widget.close()
      stop.abort()
      panel?.stop()
      launcher.remove()
    },
  }
  const launcher = createLauncher({
    clock: options.clock,
    onToggle: widget.toggle,
    onApproach() {
      ask()
      // Ahead of the click; where it fails, the click says so.
      load().catch(() => undefined)
    },
  })
  const hear = createBootListener(apiUrl, launcher, widget, () => panel !== undefined)
  const booting = createBootAsking(options, visitorId, stop.signal, hear)
  const ask = () => {
    if (!panel) booting.ask()
  }
  options.onIdle(waiting.isThere() ? () => void start() : ask)
  return widget
}
