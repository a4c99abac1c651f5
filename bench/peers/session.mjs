/**
 * The app's own part, equal for every engine that leaves the refresh call to the app: one POST to the token endpoint.
 * @param {string} tokenUrl
 * @param {string} refreshToken
 * @param {AbortSignal} [signal]
 */
export async function refreshSession(tokenUrl, refreshToken, signal) {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    signal,
  })
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`)
  return response.json()
}

/** @param {string} apiUrl @param {number} index @param {string} token */
export async function callApi(apiUrl, index, token) {
  const response = await fetch(apiUrl, { headers: { authorization: `Bearer ${token}`, 'x-request': String(index) } })
  return response.status
}
