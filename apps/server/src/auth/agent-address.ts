// As the login library takes them: whoever is invited must be able to log in.
const addressPattern = /^(?!\.)(?!.*\.\.)[\w'+.-]*[\w+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/
const longestAddress = 254

/** An agent's e-mail address, in lower case; `undefined` for what is none. */
export function decodeAgentAddress(value: string | undefined): string | undefined {
  const address = value?.trim().toLowerCase()
  return address !== undefined && address.length <= longestAddress && addressPattern.test(address) ? address : undefined
}
