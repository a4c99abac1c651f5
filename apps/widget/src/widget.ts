import { askedNow, parseTokenExpiration, siteHeader } from '@helvino/client'
import { asRecord, headers, parseJson } from '@helvino/protocol'
import type { Clock, KeyValue, Network, Random } from '@helvino/runtime'
import { say, tokenCachedLine, warn } from './console-lines.ts'
import { Launcher } from './launcher.ts'
import type { PageSettings } from './page-settings.ts'
import type { BootCall, Panel, PanelModule } from './panel-terms.ts'
import type { GivenTuning } from './tuning.ts'
import { findVisitorId } from './visitor-identity.ts'

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

/** The widget on one page: the launcher at once, the one bootloader call when the page is idle, the panel when it is opened. */
export class Widget {
  readonly #options: WidgetOptions
  readonly #visitorId: string
  readonly #launcher: Launcher
  readonly #stop = new AbortController()
  #boot: BootCall | undefined
  #loading: Promise<PanelModule> | undefined
  #loadAttempts = 0
  #panel: Panel | undefined
  #isOpen = false
  #isOff = false

  constructor(options: WidgetOptions) {
    const { site, storage, random, onIdle } = options
    this.#options = options
    this.#visitorId = findVisitorId(site, storage, random)
    this.#launcher = new Launcher({
      onToggle: () => this.toggle(),
      onClose: () => this.close(),
      onApproach: () => {
        this.#ask()
        // Ahead of the click; where it fails, the click says so.
        this.#load().catch(() => undefined)
      },
    })
    onIdle(() => this.#ask())
  }

  isOpen(): boolean {
    return this.#isOpen
  }

  toggle(): void {
    if (this.#isOpen) this.close()
    else this.open()
  }

  open(): void {
    if (this.#isOff || this.#isOpen) return
    this.#isOpen = true
    this.#launcher.attach()
    this.#launcher.setLoadFailed(false)
    this.#launcher.setOpen(true)
    void this.#show()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#launcher.setOpen(false)
    this.#panel?.hide()
  }

  /** Takes everything off the page, for good. */
  shutdown(): void {
    this.close()
    this.#isOff = true
    this.#stop.abort()
    this.#panel?.stop()
    this.#launcher.remove()
  }

  async #show(): Promise<void> {
    this.#ask()
    this.#launcher.setBusy(true)
    try {
      const { startPanel } = await this.#load()
      if (this.#isOff) return
      const { apiUrl, site, tuning } = this.#options
      this.#panel ??= startPanel({
        ...{ apiUrl, site, tuning },
        root: this.#launcher.root,
        visitorId: this.#visitorId,
        boot: this.#boot,
        onClose: () => this.close(),
        onDisabled: () => this.shutdown(),
      })
      if (this.#isOpen) this.#panel.show()
    } catch (error) {
      warn(`Helvino: the chat could not be loaded: ${String(error)}`)
      this.close()
      this.#launcher.setLoadFailed(true)
    }
    this.#launcher.setBusy(false)
  }

  #load(): Promise<PanelModule> {
    this.#loading ??= this.#options.loadPanel(this.#loadAttempts).catch((error: unknown) => {
      this.#loading = undefined
      this.#loadAttempts += 1
      throw error
    })
    return this.#loading
  }

  /** The one call. Once the panel is open its client renews; before it, nobody needs a token. */
  #ask(): void {
    if (this.#boot || this.#isOff) return
    const { clock, request, apiUrl, site } = this.#options
    const identity = { ...siteHeader(site), [headers.visitorId]: this.#visitorId }
    const asked = askedNow(clock)
    const url = `${apiUrl}/api/bootloader`
    const response = request({ method: 'GET', url, headers: identity }, this.#stop.signal)
    const boot: BootCall = { asked, response, body: undefined }
    this.#boot = boot
    response.then(
      ({ status, body }) => {
        if (this.#isOff) return
        const json = asRecord(parseJson(body))
        if (status === 403) this.#hearRefusal(String(json?.['code']))
        else if (status === 200 && json) {
          boot.body = body
          this.#adopt(json)
        } else this.#boot = undefined
      },
      () => {
        // No answer: the next approach asks again, and an open panel retries by itself.
        this.#boot = undefined
      },
    )
  }

  /** Reads only what the launcher needs; the panel decodes the whole. */
  #adopt(answer: Readonly<Record<string, unknown>>): void {
    const config = asRecord(answer['config'])
    const expSeconds = parseTokenExpiration(String(answer['orgToken']))
    const color = String(asRecord(config?.['theme'])?.['primaryColor'])
    if (expSeconds !== null) say(tokenCachedLine(expSeconds * 1_000))
    if (/^#[0-9a-f]{6}$/i.test(color)) this.#launcher.setColor(color)
    if (config?.['widgetEnabled'] === false) this.shutdown()
  }

  #hearRefusal(code: string): void {
    const { origin } = location
    const advice = code === 'origin_not_allowed' ? `: allow ${origin} in the inbox, then reload` : ''
    warn(`Helvino: ${this.#options.apiUrl} refused this page (${code})${advice}.`)
    this.shutdown()
  }
}
