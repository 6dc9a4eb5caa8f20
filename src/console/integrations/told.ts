/** What came of a question to a provider. */
export interface Told {
  tone: "good" | "bad";
  sentence: string;
}
