/** Ordinals of one dispatch as inclusive ranges, ascending and not overlapping: `[[0, 999]]`. */
export type Ordinals = readonly (readonly [from: number, to: number])[];

/** `[3, 4, 5, 9]` -> `[[3, 5], [9, 9]]` */
export function toRanges(ordinals: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const ordinal of [...ordinals].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && ordinal === last[1] + 1) last[1] = ordinal;
    else ranges.push([ordinal, ordinal]);
  }
  return ranges;
}

export function sizeOf(members: Ordinals): number {
  return members.reduce((size, [from, to]) => size + to - from + 1, 0);
}
