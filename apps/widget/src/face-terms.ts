import type { Tell } from './told.ts'
import type { Widget, WidgetOptions } from './widget.ts'

/** What the loader lends to the face's chunk, which may be of a later build: fields are added here, never changed. */
export interface LoaderSide {
  /** What the next widget is made of. */
  options: WidgetOptions
  /** The one on the page. */
  widget: Widget | undefined
  /** Makes it, of the options, where there is none. */
  put(): void
  /** Does what the widget itself can do. */
  run(verb: string): void
  /** Calls that are not done yet, in their order, each with its verb first; one that was taken back is empty. */
  readonly calls: unknown[][]
  /** Hears of every event, once the chunk is there. */
  hear?: Tell
}

/** The chunk of the face: the verbs that the loader does not carry, and whoever listens. */
export interface FaceModule {
  /** Does what was kept, and hears from then on whatever is called. */
  run(loader: LoaderSide): void
}
