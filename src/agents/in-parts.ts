/** Splits a list, in its order, into parts that weigh no more than `most` each, or have one item. */
export function inParts<Item>(items: readonly Item[], weightOf: (item: Item) => number, most: number): Item[][] {
  const parts: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const weight = weightOf(item);
    const part = weight <= room ? parts.at(-1) : undefined;
    if (part === undefined) {
      parts.push([item]);
      room = most - weight;
    } else {
      part.push(item);
      room -= weight;
    }
  }
  return parts;
}
