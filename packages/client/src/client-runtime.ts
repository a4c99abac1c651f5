import type { Runtime } from '@helvino/runtime'

/** What the client needs of the outside world: a page that counts bytes brings no more than this. */
export type ClientRuntime = Omit<Runtime, 'storage'>
