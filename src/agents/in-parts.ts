/**
 * Splits a list, in its order, into parts that weigh no more than `most` each, or have one item. Each part is made when it is asked
 * for, so that of a list whose items are made on the way no more than one part, and one item, is there at once.
 */
export function* inParts<Item>(
  items: Iterable<Item>,
  weightOf: (item: Item) => number,
  most: number,
): Generator<Item[], void> {
  let part: Item[] = [];
  let room = most;
  for (const item of items) {
    const weight = weightOf(item);
    if (weight > room && part.length > 0) {
      yield part;
      part = [];
      room = most;
    }
    part.push(item);
    room -= weight;
  }
  if (part.length > 0) yield part;
}
