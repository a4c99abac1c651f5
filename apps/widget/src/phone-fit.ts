/** Keeps the panel of a phone in what the keyboard leaves of the screen, and the page behind it still. */
export interface PhoneFit {
  fit(isOpen: boolean): void
  readonly stop: () => void
}

// As rules: a strict policy forbids style attributes, and the page's own are left as they are.
const stillPage = '@media (max-width:480px){html,body{overflow:hidden!important}}'

export function createPhoneFit(root: ShadowRoot): PhoneFit {
  const screen = window.visualViewport
  const size = new CSSStyleSheet()
  const still = new CSSStyleSheet()
  still.replaceSync(stillPage)
  still.disabled = true
  root.adoptedStyleSheets.push(size)
  document.adoptedStyleSheets.push(still)
  const measure = () => {
    // Zoomed in by hand, the visitor moves about in the panel.
    if (screen && Math.abs(screen.scale - 1) < 0.01)
      size.replaceSync(`:host{--helvino-height:${screen.height}px;--helvino-top:${screen.offsetTop}px}`)
  }
  for (const type of ['resize', 'scroll']) screen?.addEventListener(type, measure)
  return {
    fit(isOpen) {
      if (still.disabled === !isOpen) return
      still.disabled = !isOpen
      measure()
    },
    stop() {
      for (const type of ['resize', 'scroll']) screen?.removeEventListener(type, measure)
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== still)
    },
  }
}
