import { expect, it } from 'vitest'
import { textColorOn } from './text-color.ts'

it('[WV1] text on the organisation’s colour is white on dark and black on light', () => {
  for (const dark of ['#000000', '#2563eb', '#0f766e', '#b91c1c']) expect(textColorOn(dark)).toBe('#fff')
  for (const light of ['#ffffff', '#facc15', '#22d3ee', '#a3e635']) expect(textColorOn(light)).toBe('#000')
})

it('[WV2] text on any colour stands out by 4.5 to 1', () => {
  const curve = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  for (let rgb = 0; rgb < 1 << 24; rgb += 997) {
    const [red = 0, green = 0, blue = 0] = [16, 8, 0].map((shift) => curve(((rgb >> shift) & 255) / 255))
    const luminance = red * 0.2126 + green * 0.7152 + blue * 0.0722
    const color = `#${rgb.toString(16).padStart(6, '0')}`
    const contrast = textColorOn(color) === '#fff' ? 1.05 / (luminance + 0.05) : (luminance + 0.05) / 0.05
    expect(contrast, color).toBeGreaterThan(4.48)
  }
})
