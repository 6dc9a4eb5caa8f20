import { createContext, useContext } from "react";

/** Who is signed in, and where. */
export interface SignedIn {
  id: string;
  name: string;
  person: string;
  role: string;
}

export const WorkspaceContext = createContext<SignedIn | null>(null);

/** The workspace that the token names. */
export function useWorkspace(): SignedIn {
  const workspace = useContext(WorkspaceContext);
  if (workspace === null) throw new Error("nobody is signed in here");
  return workspace;
}
