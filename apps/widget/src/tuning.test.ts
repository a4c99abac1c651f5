import { describe, expect, it } from 'vitest'
import { readTuning } from './tuning.ts'

function read(settings: unknown, attributes: Record<string, string> = {}) {
  const lines: string[] = []
  const tuning = readTuning({ settings, attribute: (name) => attributes[name] ?? null }, (line) => lines.push(line))
  return { ...tuning, lines }
}

describe('the settings of a page', () => {
  it('[WT1] are 15 s of buffer and 3 s of red banner where nothing is set', () => {
    for (const nothing of [undefined, null, 7, 'x', {}])
      expect(read(nothing)).toEqual({ bufferMs: 15_000, errorClearMs: 3_000, lines: [] })
  })

  it('[WT2] come from window.helvinoSettings, or else from attributes', () => {
    const attributes = { 'data-buffer-ms': '20000', 'data-error-clear-ms': '4000' }
    expect(read(undefined, attributes)).toEqual({ bufferMs: 20_000, errorClearMs: 4_000, lines: [] })
    expect(read({ bufferMs: 5_000 }, attributes)).toEqual({ bufferMs: 5_000, errorClearMs: 4_000, lines: [] })
  })

  it('[WT3] are brought into range, with one line each', () => {
    expect(read({ bufferMs: 4_999, errorClearMs: 5_001 })).toEqual({
      bufferMs: 5_000,
      errorClearMs: 5_000,
      lines: [
        'bufferMs must be 5000 to 30000; 5000 is used instead of 4999.',
        'errorClearMs must be 2000 to 5000; 5000 is used instead of 5001.',
      ],
    })
  })

  it('[WT4] that are no numbers are the usual ones, with one line each', () => {
    for (const odd of ['', 'soon', {}, NaN]) {
      const { bufferMs, lines } = read({ bufferMs: odd })
      expect(bufferMs).toBe(15_000)
      expect(lines).toHaveLength(1)
    }
  })
})
