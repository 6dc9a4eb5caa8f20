import type { JsonObject } from "../../../providers/language-model";
import type { Tool } from "../tool";

/** Characters that are measured at once: beyond every limit that a channel has. */
const LONGEST_TEXT = 50_000;

export const measureTextTool: Omit<Tool, "name"> = {
  description:
    "Counts a text exactly, for copy with a length limit: characters as a reader sees them, code points, UTF-16 units, " +
    "bytes, words, lines, and the weighted length by which X counts a post (280 at most).",
  inputSchema: {
    type: "object",
    properties: {
      text: { type: "string", maxLength: LONGEST_TEXT, description: "The text, exactly as it will be used." },
    },
    required: ["text"],
    additionalProperties: false,
  },
  call: async ({ text }) => measureText(String(text)),
};

export function measureText(text: string): JsonObject {
  return {
    characters: graphemesOf(text).length,
    codePoints: [...text].length,
    utf16Length: text.length,
    bytes: Buffer.byteLength(text),
    words: [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)].filter((part) => part.isWordLike)
      .length,
    lines: text === "" ? 0 : text.split(/\r\n|\r|\n/).length,
    weightedLength: weightedLength(text),
  };
}

/** What a link counts, however long it is. */
const LINK_WEIGHT = 23;
const LINK = /https?:\/\/[^\s<>"]+/giu;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3/u;

/** Code points that count one: mostly the scripts of Europe and the Near East, spaces and quotation marks. Others count two. */
const LIGHT: readonly (readonly [number, number])[] = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];

/** The length as X counts it: light characters one, others and whole emoji two, links 23. */
function weightedLength(text: string): number {
  const normalized = text.normalize("NFC");
  const links = normalized.match(LINK)?.length ?? 0;
  const weights = graphemesOf(normalized.replace(LINK, "")).map((grapheme) => {
    if (EMOJI.test(grapheme)) return 2;
    return [...grapheme].reduce((sum, character) => sum + weightOf(character.codePointAt(0) ?? 0), 0);
  });
  return weights.reduce((sum, weight) => sum + weight, links * LINK_WEIGHT);
}

function weightOf(codePoint: number): number {
  return LIGHT.some(([first, last]) => codePoint >= first && codePoint <= last) ? 1 : 2;
}

function graphemesOf(text: string): string[] {
  return [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);
}
