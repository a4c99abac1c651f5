/**
 * Grows by one when a frame or field changes so that an older party would misread it, and when a client gets a new frame, which a server of the
 * same number would close the socket for. Unknown fields never need it.
 */
export const protocolNumber = 2
