import { Mark } from "../parts/mark";
import { Notice } from "../parts/notice";
import { PageHead } from "../parts/page-head";
import { TokenForm } from "./token-form";

export function SignIn({ refused }: { refused: string | null }) {
  return (
    <main className="sign-in">
      <div className="card">
        <Mark size={40} />
        <PageHead title="Sign in">With a token of your workspace. It is kept for this tab alone.</PageHead>
        {refused !== null && <Notice tone="bad">{refused}</Notice>}
        <TokenForm />
      </div>
    </main>
  );
}
