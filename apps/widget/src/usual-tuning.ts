/** What holds where the page sets nothing else, in ms; see `HelvinoSettings`. */
export const usualTuning = { bufferMs: 15_000, errorClearMs: 3_000 }
