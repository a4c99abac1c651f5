import { createTheme, type CSSVariablesResolver } from '@mantine/core'

// The library's own shades of grey and blue stay below the contrast of 4.5 to 1 that text needs (WCAG 2.2, 1.4.3).
export const theme = createTheme({ primaryShade: { light: 8, dark: 8 } })

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': 'var(--mantine-color-gray-7)' },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
})
