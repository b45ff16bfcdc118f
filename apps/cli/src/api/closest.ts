/** The one of these that was most likely meant; undefined if none is much like it. Upper and lower case are alike. */
export function closest(wanted: string, names: readonly string[]): string | undefined {
  const text = wanted.toLowerCase();
  let best: string | undefined;
  // One slip for every three letters: `Newslettr` is a Newsletter, `Ann` is no `Bob`.
  let fewest = Math.floor(text.length / 3) + 1;
  for (const name of names) {
    if (Math.abs(name.length - text.length) >= fewest) continue;
    const slips = slipsBetween(text, name.toLowerCase());
    if (slips < fewest) [best, fewest] = [name, slips];
  }
  return best;
}

/** Letters put in, left out or mistaken (Levenshtein's distance). */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, length) => length);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const mistaken = (row[at - 1] ?? 0) + (other[at - 1] === letter ? 0 : 1);
      next.push(Math.min(mistaken, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
