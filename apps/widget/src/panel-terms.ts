import type { AskedAt, Site } from '@helvino/client'
import type { HttpResponse } from '@helvino/runtime'
import type { GivenTuning } from './tuning.ts'

/** The loader's one bootloader call. */
export interface BootCall {
  readonly asked: AskedAt
  /** Rejects where no answer came. */
  readonly response: Promise<HttpResponse>
  /** Its body, once it has come and was a good one. As text: each build decodes for itself. */
  body: string | undefined
}

/** What the loader hands to the panel. The two may be of different builds, after a deploy under an open page: fields are added here, never changed. */
export interface PanelTerms {
  readonly root: ShadowRoot
  readonly apiUrl: string
  readonly site: Site
  readonly visitorId: string
  readonly tuning: GivenTuning
  /** Absent where the loader's call got no answer: the panel asks for itself. */
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
