import type { GalleryView } from '#adapters/rest/templates/gallery.view.js';
import type { TemplateView } from '#adapters/rest/templates/template.view.js';
import type { ApiClient } from '../api/api-client.js';
import { withExamples } from '../example-data.js';

export interface DemoTemplate {
  readonly id: string;
  readonly name: string;
  /** What it says to everybody. */
  readonly data: Readonly<Record<string, unknown>>;
}

const FAVOURITES = ['announcement', 'newsletter'] as const;

const OWN = {
  name: 'Hello from the demo',
  subject: 'Good news for {{attributes.city}}, {{name}}',
  html: `<h1>Hello {{name}}</h1>
<p>The new shop in {{attributes.city}} is open.</p>
<p><a href="{{unsubscribeUrl}}">No more of these</a></p>`,
};

/** One of the gallery's, with its own examples for what it asks; where there is no gallery, a plain one. */
export async function demoTemplate(client: ApiClient): Promise<DemoTemplate> {
  const { data: gallery } = await client.get<GalleryView>('/v1/gallery');
  const chosen = FAVOURITES.find((key) => gallery.some(({ name }) => name === key)) ?? gallery[0]?.name;
  if (chosen === undefined) return { ...(await client.post<TemplateView>('/v1/templates', OWN)), data: {} };
  const { id, name, variables } = await client.post<TemplateView>(`/v1/gallery/${chosen}/install`);
  return { id, name, data: withExamples({}, variables) };
}
