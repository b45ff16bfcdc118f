/**
 * One worker's place among all that act: `rank` 0 .. `of` - 1, no two the same.
 *
 * Each may see more workers than there are, never fewer, and all see them in one order. So nobody's rank or number is
 * lower than it would be if all saw the same, and what all take together is never more than there is.
 */
export interface Share {
  readonly rank: number;
  readonly of: number;
}

/** The only worker there is. */
export const wholeShare: Share = { rank: 0, of: 1 };

/**
 * What a share is of a rate and its burst. A bucket that holds less than one token never gives any, so a burst is not
 * cut smaller: with 1 message a second and three workers the first of them sends, and the others get no part.
 *
 * @param share undefined for who has no place yet
 */
export function partOf(
  whole: { readonly rate: number; readonly burst: number },
  share: Share | undefined,
): { readonly rate: number; readonly burst: number } {
  if (!Number.isFinite(whole.rate)) return whole;
  const parts = share && Math.min(share.of, Math.max(1, Math.floor(whole.burst)));
  if (!parts || share.rank >= parts) return { rate: 0, burst: 0 };
  return { rate: whole.rate / parts, burst: whole.burst / parts };
}
