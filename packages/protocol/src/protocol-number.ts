/** Grows by one when a frame or field changes so that an older party would misread it. Unknown fields never need it. */
export const protocolNumber = 1
