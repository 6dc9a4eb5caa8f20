import { createStore } from "../store";

/** The conversation that the chat holds, also while another page is shown: what the way back to it leads to. */
export const currentThread = createStore<string | null>(null);
