/** The first release line that has what this uses; an older one would end without a word in the native database. */
const oldest = [22, 13] as const

/** What to say where `version` (such as `20.19.2`) is too old; nothing where it is not. */
export function complainOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined
  return `Helvino needs Node ${oldest.join('.')} or newer, and this is ${version}. "npm start" in its folder brings one along.`
}
