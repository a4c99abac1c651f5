import * as ourServer from './server-face.ts'

/** What a chat world needs of a server: ours, or a copy with a fault in it. */
export type ServerPackage = typeof ourServer

export { ourServer }
