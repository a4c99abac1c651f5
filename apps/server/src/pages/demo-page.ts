const styles = `
  :root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #faf8f5 }
  body { margin: 0 }
  header, main, footer { max-inline-size: 60rem; margin-inline: auto; padding-inline: 1.25rem }
  header { display: flex; align-items: baseline; gap: 2rem; padding-block: 1.25rem }
  header strong { font-size: 1.25rem }
  nav { display: flex; gap: 1.25rem }
  a { color: inherit }
  h1 { font-size: 2rem; line-height: 1.2; margin-block: 2rem 0.5rem }
  .lead { max-inline-size: 36rem; color: #4b5866 }
  ul { list-style: none; padding: 0; display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)) }
  li { background: #fff; border: 1px solid #e7e1d8; border-radius: 0.75rem; padding: 1rem }
  svg { inline-size: 100%; block-size: 9rem; border-radius: 0.5rem; display: block }
  h2 { font-size: 1.05rem; margin-block: 0.75rem 0 }
  p { margin-block: 0.25rem }
  .price { font-weight: 600 }
  footer { padding-block: 2.5rem; color: #4b5866; font-size: 0.9rem }
`

interface Product {
  readonly name: string
  readonly note: string
  readonly price: string
  readonly glaze: string
}

const products: readonly Product[] = [
  { name: 'Breakfast bowl', note: 'Stoneware, 16 cm, oat glaze', price: '€ 28', glaze: '#d9c9ae' },
  { name: 'Everyday mug', note: 'Stoneware, 300 ml, lake glaze', price: '€ 24', glaze: '#8fb0bd' },
  { name: 'Serving plate', note: 'Stoneware, 28 cm, moss glaze', price: '€ 46', glaze: '#9aa887' },
  { name: 'Tall vase', note: 'Stoneware, 24 cm, clay, unglazed', price: '€ 58', glaze: '#c58f6d' },
]

const productCard = ({ name, note, price, glaze }: Product): string => `
      <li>
        <svg viewBox="0 0 240 144" role="img" aria-label="${name}"><rect width="240" height="144" fill="#f1ece4"/>
          <path d="M70 52h100c0 38-16 60-50 60s-50-22-50-60z" fill="${glaze}"/><ellipse cx="120" cy="52" rx="50" ry="10" fill="#fff" opacity=".55"/></svg>
        <h2>${name}</h2>
        <p>${note}</p>
        <p class="price">${price}</p>
      </li>`

/** A small shop with the widget in it: what a site owner's page looks like after pasting the two lines. */
export const demoPage = (orgKey: string, nonce: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Hearth &amp; Clay, handmade tableware</title>
    <link rel="icon" href="data:,">
    <style nonce="${nonce}">${styles}</style>
  </head>
  <body>
    <header>
      <strong>Hearth &amp; Clay</strong>
      <nav><a href="#shop">Shop</a><a href="#delivery">Delivery</a></nav>
    </header>
    <main id="shop">
      <h1>Tableware for slow mornings</h1>
      <p class="lead">Thrown by hand in a workshop of three. Every piece is food safe and goes into the dishwasher. Questions? Ask us in the chat.</p>
      <ul>${products.map(productCard).join('')}
      </ul>
    </main>
    <footer id="delivery">Sent within two working days, packed in paper. Returns within 30 days.</footer>
    <script nonce="${nonce}">window.HELVINO_ORG_KEY = "${orgKey}"</script>
    <script src="/embed.js" async></script>
  </body>
</html>
`
