import type { ReactNode } from "react";

/** A sentence that has just become true; what went wrong is read out at once. */
export function Notice({ tone, children }: { tone: "good" | "bad" | "warn" | "plain"; children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}
