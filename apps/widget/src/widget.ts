import type { Clock, KeyValue, Network, Random } from '@helvino/runtime'
import { type BootListener, createBootAsking } from './boot-asking.ts'
import { cachedText, say, warn } from './console-lines.ts'
import type { Tell } from './told.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import type { PageSettings } from './page-settings.ts'
import type { Panel, PanelModule, PanelSettings } from './panel-terms.ts'
import { findVisitorId, keepVisitorId } from './visitor-identity.ts'
import { createWaitingNote } from './waiting-note.ts'

export interface WidgetOptions extends PageSettings {
  readonly clock: Clock
  readonly random: Random
  readonly storage: KeyValue
  readonly request: Network['request']
  /** What the page has set; the defaults where it has set nothing. */
  readonly settings?: PanelSettings | undefined
  /** Names whoever has signed in; else it is the device's own visitor. */
  readonly owner?: string | undefined
  /** The script tag's attribute of that name. */
  readonly attribute: (name: string) => string | null
  /** Changes the look, before it is seen. */
  readonly dress?: ((root: ShadowRoot) => void) | undefined
  readonly tell: Tell
  /** The server has refused this page for good. */
  readonly onRefused: (code: unknown) => void
  /** Loads the panel's chunk. `attempt` counts from 0: a browser may remember that an address failed. */
  readonly loadPanel: (attempt: number) => Promise<PanelModule>
  /** Calls back once, when the page has nothing better to do. The storage is not looked into before: the first look holds a page up. */
  readonly onIdle: (run: () => void) => void
}

/** The widget on one page. */
export interface Widget {
  open(): void
  close(): void
  toggle(): void
  /** True from `open()` on, also while the panel is still being loaded. */
  isOpen(): boolean
  /** Takes it off the page, for good. */
  shutdown(): void
}

/** What is loaded once; after a failure the next call tries again. */
export function loadOnce<Module>(load: (attempt: number) => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined
  let attempts = 0
  return () =>
    (loading ??= load(attempts).catch((error: unknown) => {
      loading = undefined
      attempts += 1
      throw error
    }))
}

/** What the launcher needs of the bootloader's answer; the panel decodes the whole. Nothing of it is sure to be there. */
interface LauncherAnswer {
  /** Taken by a quoted name: unquoted, the build shortens it. */
  readonly config?: {
    readonly [name: string]: unknown
    readonly theme?: Readonly<Record<string, unknown>> | null
  } | null
  readonly orgToken?: unknown
  /** Answers that this visitor has not read. */
  readonly unread?: unknown
}

/** For a line in the console; whoever uses the token reads it with `parseTokenExpiration`. */
function sayCached(orgToken: unknown): void {
  try {
    const claims = String(orgToken).split('.')[1] ?? ''
    const { exp } = JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))) as { readonly exp: number }
    say(cachedText + new Date(exp * 1_000).toISOString())
  } catch {
    // A token of another kind has no time to tell.
  }
}

function adopt({ ['config']: config, orgToken, unread }: LauncherAnswer, launcher: Launcher, widget: Widget): void {
  sayCached(orgToken)
  const color = String(config?.theme?.['primaryColor'])
  if (/^#[\da-f]{6}$/i.test(color)) launcher.setColor(color)
  // It stands at the end of the line: so the direction is the side.
  if (config?.['position'] === 'left') (launcher.root.host as HTMLElement).dir = 'rtl'
  if (unread) launcher.setUnread(unread as number)
  if (config?.['widgetEnabled'] === false) widget.shutdown()
}

const createBootListener =
  ({ onRefused }: WidgetOptions, launcher: Launcher, widget: Widget, hasPanel: () => boolean): BootListener =>
  (status, json) => {
    const { code } = json
    if (status === 200) adopt(json, launcher, widget)
    // Too many requests, trouble of the server's own, or somebody between it and us.
    else if (status > 428 || !code) return false
    else onRefused(code)
    // An open panel says so on its messages, and keeps them.
    if (status === 403 && !hasPanel()) widget.shutdown()
    return true
  }

function tellFailed(error: unknown, launcher: Launcher, widget: Widget): void {
  warn(`no chat: ${String(error)}`)
  widget.close()
  launcher.tellLoadFailed()
}

/** The widget on one page: the launcher at once, the one bootloader call when the page is idle, the panel when it is opened. */
export function createWidget(options: WidgetOptions): Widget {
  const { site, storage, owner, tell } = options
  let found = owner
  const visitorId = () => (found ??= findVisitorId(site, storage, options.random))
  const stop = new AbortController()
  const waiting = createWaitingNote(site, storage, owner)
  const load = loadOnce(options.loadPanel)
  let panel: Panel | undefined
  let isOpen = false
  /** Starts the panel, hidden where the visitor has not asked for it: then it sends what waits, or else the next page tries again. */
  const start = async () => {
    ask()
    launcher.setBusy(isOpen)
    try {
      const { startPanel } = await load()
      if (stop.signal.aborted) return
      panel ??= startPanel({
        ...{ ...options, visitorId: visitorId(), root: launcher.root, boot: booting.last() },
        keepVisitorId: () => owner ?? keepVisitorId(site, storage, visitorId()),
        ...{ noteWaiting: waiting.write, launcherWords: launcher.words },
        ...{ onClose: widget.close, onDisabled: widget.shutdown },
      })
      if (isOpen) panel.show()
      else panel.hide()
    } catch (error) {
      if (isOpen) tellFailed(error, launcher, widget)
    }
    launcher.setBusy(false)
  }
  const widget: Widget = {
    isOpen: () => isOpen,
    toggle: () => (isOpen ? widget.close() : widget.open()),
    open() {
      if (isOpen || stop.signal.aborted) return
      isOpen = true
      launcher.setOpen(true)
      tell('open')
      void start()
    },
    close() {
      if (!isOpen) return
      isOpen = false
      launcher.setOpen(false)
      panel?.hide()
      tell('close')
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
      load().catch(() => undefined)
    },
  })
  options.dress?.(launcher.root)
  const hear = createBootListener(options, launcher, widget, () => panel !== undefined)
  const booting = createBootAsking(options, visitorId, stop.signal, hear)
  const ask = () => {
    if (!panel) booting.ask()
  }
  options.onIdle(() => (waiting.isThere() ? void start() : ask()))
  return widget
}
