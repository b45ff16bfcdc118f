import type { PageView } from '../kit/page.view.js';

/** A template that comes with Posthorn. */
export class GalleryTemplateView {
  /** Under which it is installed. */
  name!: string;
  title!: string;
  /** What it is for. */
  description!: string;
  /** BCP 47 language tag. */
  locale!: string;
}

export class GalleryView {
  data!: GalleryTemplateView[];
  page!: PageView;
}
