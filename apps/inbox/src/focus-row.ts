/** Moves the focus through the rows of the list: from the focused one, else from the open one, else from the end that is nearest. */
export function focusRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.rows .row')]
  const focused = rows.findIndex((row) => row === document.activeElement)
  const from = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute('aria-current'))
  rows[Math.min(rows.length - 1, Math.max(0, from + step))]?.focus()
}
