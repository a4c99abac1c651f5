import { describe, expect, it } from 'vitest'
import { readSettings } from './face-settings.ts'
import { usualTuning } from './usual-tuning.ts'

function read(settings: unknown, attributes: Record<string, string> = {}) {
  const lines: string[] = []
  const read = readSettings({ settings, attribute: (name) => attributes[name] ?? null }, (line) => lines.push(line))
  return { ...read, lines }
}

describe('the settings of a page', () => {
  it('[WT1] are 15 s of buffer and 3 s of red banner where nothing is set', () => {
    for (const nothing of [undefined, null, 7, 'x', {}]) expect(read(nothing)).toEqual({ lines: [] })
    expect(usualTuning).toEqual({ bufferMs: 15_000, errorClearMs: 3_000 })
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

  it('[JF1] that make no sense are left out, with one line each that says what may be set', () => {
    const odd = { locale: 7, theme: 'blue', position: 'top', color: 'red', hideLauncher: 'maybe', zIndex: 'high' }
    const { lines, ...kept } = read(odd)
    expect(kept).toEqual({})
    expect(lines).toHaveLength(6)
    expect(lines[1]).toBe('theme must be light or dark or auto; it is left out instead of "blue".')
    expect(lines.every((line) => /must be .+; it is left out instead of /.test(line))).toBe(true)
  })

  it('[JF2] may each be an attribute', () => {
    const attributes = {
      ...{ 'data-locale': 'pt-BR', 'data-theme': 'dark', 'data-position': 'left', 'data-color': '#0a0B0c' },
      ...{ 'data-hide-launcher': '', 'data-z-index': '12', 'data-sound': 'off', 'data-telemetry': 'false' },
    }
    expect(read(undefined, attributes)).toEqual({
      ...{ locale: 'pt-BR', theme: 'dark', position: 'left', color: '#0a0B0c' },
      ...{ hideLauncher: true, zIndex: 12, sound: false, telemetry: false, lines: [] },
    })
  })
})
