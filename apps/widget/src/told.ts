import type { HelvinoEvents } from '@helvino/widget-package'

/** One event, with its detail. */
export type Told = { [Name in keyof HelvinoEvents]: readonly [Name, HelvinoEvents[Name]?] }[keyof HelvinoEvents]

export type Tell = (...told: Told) => void
