import { createTheme, type CSSVariablesResolver } from '@mantine/core'

// The library's own shades of grey, blue and red stay below the contrast of 4.5 to 1 that text needs (WCAG 2.2, 1.4.3).
export const theme = createTheme({ respectReducedMotion: true, primaryShade: { light: 8, dark: 8 } })

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'color-mix(in srgb, var(--mantine-color-gray-6) 60%, var(--mantine-color-gray-7))',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'color-mix(in srgb, var(--mantine-color-dark-2) 60%, var(--mantine-color-dark-1))',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    // The library's own are nearly white: nobody tells what deletes from what does not.
    '--mantine-color-red-light-color': 'var(--mantine-color-red-3)',
    '--mantine-color-blue-light-color': 'var(--mantine-color-blue-3)',
  },
})
