import type { PageView } from '../kit/page.view.js';

export class SubscriberView {
  /** `sub_…` */
  id!: string;
  /** In normal form: lower case, punycode. */
  email!: string;
  name!: string | null;
  attributes!: Record<string, unknown>;
  locale!: string | null;
  timezone!: string | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  updatedAt!: string;
}

export class SubscriberListView {
  data!: SubscriberView[];
  page!: PageView;
}
