import type { AskedAt, Site } from '@helvino/client'
import type { Clock, HttpResponse, Network, Random } from '@helvino/runtime'
import type { HelvinoSettings } from '@helvino/widget-package'
import type { Tell } from './told.ts'

/** What the panel asks of the page's settings. */
export type PanelSettings = Pick<HelvinoSettings, 'locale' | 'sound' | 'telemetry' | 'bufferMs' | 'errorClearMs'>

/** The loader's one bootloader call. */
export interface BootCall {
  readonly asked: AskedAt
  /** Rejects where no answer came. */
  readonly response: Promise<HttpResponse>
  /** Its body, once it has come and was a good one. As text: each build decodes for itself. */
  body: string | undefined
}

/** What the launcher says. Whoever learns the visitor's language writes it here. */
export interface LauncherWords {
  open: string
  close: string
  loadFailed: string
}

/**
 * What the loader hands to the panel, so that the panel does not carry it a second time. The two may be of different builds, after a deploy under
 * an open page: fields are added here, never changed.
 */
export interface PanelTerms {
  readonly clock: Clock
  readonly random: Random
  readonly request: Network['request']
  readonly root: ShadowRoot
  readonly apiUrl: string
  readonly site: Site
  /** The visitor's secret, as the loader's call named it. */
  readonly visitorId: string
  /** Keeps that id on this device, and gives the one that holds: another tab may have kept one since. */
  readonly keepVisitorId: () => string
  /** Notes on this device whether messages wait to be sent, so that a later page starts its panel unasked. Absent in an older loader. */
  readonly noteWaiting?: (isWaiting: boolean) => void
  /** Absent in an older loader. */
  readonly launcherWords?: LauncherWords
  /** Checked; absent where the page has set nothing. */
  readonly settings?: PanelSettings | undefined
  /** Tells whoever listens on the page. Absent in an older loader. */
  readonly tell?: Tell | undefined
  /** Absent where the loader has not asked: the panel asks for itself. */
  readonly boot: BootCall | undefined
  /** The visitor closes the panel from within. */
  readonly onClose: () => void
  /** The organisation has switched its widget off. */
  readonly onDisabled: () => void
}

export interface Panel {
  /** Shows the panel and puts the focus into the composer. */
  show(): void
  hide(): void
  stop(): void
}

/** The panel's chunk. */
export interface PanelModule {
  startPanel(terms: PanelTerms): Panel
}
