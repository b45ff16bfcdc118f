import type { PageView } from '../kit/page.view.js';

export class ListView {
  /** `lst_…` */
  id!: string;
  name!: string;
  /** ISO 8601, UTC. */
  createdAt!: string;
}

export class ListListView {
  data!: ListView[];
  page!: PageView;
}
