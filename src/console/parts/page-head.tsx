import { type ReactNode, useEffect } from "react";

export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Waypath`;
  }, [title]);
  return (
    <header className="page-head">
      <h1>{title}</h1>
      {children !== undefined && <p className="lead">{children}</p>}
    </header>
  );
}
