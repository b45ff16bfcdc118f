import type { DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { PageView } from '../kit/page.view.js';

/** A template, without what it says. */
export class TemplateSummaryView {
  /** `tpl_…` */
  id!: string;
  name!: string;
  /** `email`, `sms`, … */
  channel!: string;
  /** BCP 47 language tag. */
  locale!: string;
  /** The current version, counted from 1. */
  version!: number;
  /** `gallery:…` for a copy of a template that comes with Posthorn; otherwise null. */
  origin!: string | null;
  /** ISO 8601, UTC. */
  createdAt!: string;
  /** When the current version was saved. ISO 8601, UTC. */
  updatedAt!: string;
}

/** Something a template leaves open. */
export class TemplateVariableView {
  /** As the template names it; a dot reaches into an object: `attributes.city`. */
  name!: string;
  /** Whether a message without it is refused. */
  required!: boolean;
  /** Any JSON value; null if there is none. */
  example!: unknown;
}

/** A template with what its current version says: source text, expressions and all. */
export class TemplateView extends TemplateSummaryView {
  subject!: string | null;
  html!: string | null;
  /** Null if it is made out of the HTML part. */
  text!: string | null;
  variables!: TemplateVariableView[];
}

export class TemplateListView {
  data!: TemplateSummaryView[];
  page!: PageView;
}

/** A template rendered with the data of the occasion, exactly as it would be for a message. */
export class PreviewView {
  /** Null where messages of this channel have none, or need none and the template has none. */
  subject!: string | null;
  /** To be shown in a sandboxed frame: the markup is the author's, not ours. Null if the template has none. */
  html!: string | null;
  text!: string | null;
}

/** A test mail that was taken on. */
export class TestSentView {
  /** `dlv_…`: what becomes of it is at `/v1/deliveries/{id}`. */
  id!: string;
  status!: DeliveryStatus;
}
