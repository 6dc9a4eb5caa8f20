/** Waypath's mark. */
export function Mark({ size }: { size: number }) {
  return (
    <svg className="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 23c11 0 5-14 16-14" />
      <circle cx="8" cy="23" r="3" />
      <circle cx="24" cy="9" r="3" />
    </svg>
  );
}
