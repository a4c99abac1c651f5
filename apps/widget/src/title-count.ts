/** The number before the title of the page, while nobody looks at it. */
export interface TitleCount {
  /** `0` puts the page's own title back, to the letter. */
  show(count: number): void
}

export function createTitleCount(page: Document): TitleCount {
  let own: string | undefined
  let shown: string | undefined
  return {
    show(count) {
      // A site that swaps its whole document may have none for a while.
      const element = (page.head as HTMLHeadElement | null)?.querySelector('title')
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
