/** The arch mark. */
export function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M3 18V9a7 7 0 0 1 14 0v9" fill="none" stroke="currentColor" strokeWidth="2.2" />
      <path d="M7.5 18V9.6a2.5 2.5 0 0 1 5 0V18" fill="none" stroke="currentColor" strokeWidth="2.2" />
    </svg>
  )
}
