import { expect, it } from 'vitest'
import { textColorOn } from './text-color.ts'

it('[WV1] text on the organisation’s colour is white on dark and near-black on light', () => {
  for (const dark of ['#000000', '#2563eb', '#0f766e', '#b91c1c']) expect(textColorOn(dark)).toBe('#fff')
  for (const light of ['#ffffff', '#facc15', '#22d3ee', '#a3e635']) expect(textColorOn(light)).toBe('#111')
})
