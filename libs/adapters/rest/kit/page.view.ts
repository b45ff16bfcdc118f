/** Where a list goes on. */
export class PageView {
  /** Pass it as `after` to get the next page; null on the last one. */
  next!: string | null;
}
