/** A chunk of its own: the panel loads it once there is something to hear. */
export { connectShared } from '@helvino/client'
