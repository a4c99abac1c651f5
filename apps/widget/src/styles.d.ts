/** Stylesheets come as text, and are adopted as constructable stylesheets: a strict `style-src` forbids every other way. */
declare module '*.css' {
  const text: string
  export default text
}
