/** What was hard once, tried before anything else: seeds of `hostileText`, by what they are sent as. */
export const corpus = {
  frames: ['frames-1'],
  rawFrames: ['raw-1'],
  bodies: ['bodies-1'],
} as const
