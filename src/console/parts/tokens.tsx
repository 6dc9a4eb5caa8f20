import { figure } from "../words";

export function Tokens({ count }: { count: number }) {
  return (
    <span className="figure">
      {figure(count)} {count === 1 ? "token" : "tokens"}
    </span>
  );
}
