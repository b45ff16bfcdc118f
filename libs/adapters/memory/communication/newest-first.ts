import type { Page, PageRequest } from '#domain/kernel/page.js';
import { pageOf } from '../delivery/paging.js';

/** A row whose number says when it came. */
export interface Numbered {
  readonly no: number;
}

/** One page of `rows`, the one with the highest number first. */
export function newestFirst<Row extends Numbered>(rows: readonly Row[], request: PageRequest): Page<Row> {
  // The later it came, the earlier its key sorts.
  return pageOf(rows, ({ no }) => String(Number.MAX_SAFE_INTEGER - no).padStart(16, '0'), request);
}
