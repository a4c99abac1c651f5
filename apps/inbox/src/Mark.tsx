/** Helvino's own mark: a letter in a bubble. Whoever hears the page hears the words beside it. */
export function Mark({ size }: { readonly size: number }) {
  return (
    <svg className="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M9.5 7h13A3.5 3.5 0 0 1 26 10.5v8a3.5 3.5 0 0 1-3.5 3.5h-7L10.5 26v-4h-1A3.5 3.5 0 0 1 6 18.5v-8A3.5 3.5 0 0 1 9.5 7z" />
      <path d="M12.5 11v7M19.5 11v7M12.5 14.5h7" />
    </svg>
  )
}
