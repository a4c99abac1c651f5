/**
 * Of every answer, unless its route says otherwise. Callers prove themselves by headers of their own, which no cache minds: without `no-store` one
 * might hand somebody's list to the next (RFC 9111 section 3.5). A year of https, where the server is reached by it (RFC 6797).
 */
export const headersEverywhere = (publicUrl: string | undefined): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  ...(publicUrl?.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
})
