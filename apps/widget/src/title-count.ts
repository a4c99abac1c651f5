/** The number before the title of the page, while nobody looks at it. */
export interface TitleCount {
  /** `0` puts the page's own title back, to the letter. */
  show(count: number): void
}

export function createTitleCount({ head }: Document): TitleCount {
  let own: string | undefined
  let shown: string | undefined
  return {
    show(count) {
      const element = head.querySelector('title')
      if (!element) return
      // The page may have given itself another title meanwhile: that one is put back.
      if (element.textContent !== shown) own = element.textContent
      const next = count > 0 ? `(${count}) ${own ?? ''}` : undefined
      if (next === undefined && element.textContent !== shown) return
      if (next !== shown) element.textContent = next ?? own ?? ''
      shown = next
    },
  }
}
