/** The shop's own button. It keeps nothing: this is not a shop. */
export function fillBasket(page: Document): void {
  const count = page.querySelector('[data-basket]')
  let pieces = 0
  for (const button of page.querySelectorAll('[data-add]'))
    button.addEventListener('click', () => {
      pieces += 1
      if (count) count.textContent = String(pieces)
    })
}
