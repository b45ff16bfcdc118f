import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { TemplateId } from '#domain/templating/model/template.js';
import {
  completeContent,
  readDraft,
  templateLocale,
  templateName,
} from '#domain/templating/model/template-draft.js';
import type { Gallery, GalleryTemplate } from './gallery.js';
import { type PlainRendered, plainRendered, type PreparedTemplate, type Renderer } from './renderer.js';
import type { TemplateInspector } from './template-inspector.js';
import type { Templates } from './templates.js';

export interface GalleryUnderTest {
  readonly gallery: Gallery;
  /** What every template has to get past, and what renders it. */
  readonly inspector: TemplateInspector;
  readonly renderer: Renderer;
  readonly templates: Templates;
}

const WORKSPACE = 'wsp_ours' as WorkspaceId;
const PLATFORM = {
  email: 'reader@example.com',
  unsubscribeUrl: 'https://mail.example/u/token',
  assetsUrl: 'https://mail.example/assets',
};

export function examplesOf({ content }: GalleryTemplate): Record<string, unknown> {
  return Object.fromEntries(content.variables.map(({ name, example }) => [name, example]));
}

export async function prepareForTest(
  { templates, renderer }: Pick<GalleryUnderTest, 'templates' | 'renderer'>,
  template: GalleryTemplate,
): Promise<PreparedTemplate> {
  const { key, name, locale, content } = template;
  const common = { workspaceId: WORKSPACE, locale, createdAt: 1 };
  const id = `tpl_${key}` as TemplateId;
  await templates.insert(
    { ...common, id, name, channel: 'email', currentVersion: 1, updatedAt: 1 },
    { ...common, templateId: id, version: 1, content },
  );
  return renderer.prepare(WORKSPACE, id, 1);
}

export function renderForTest(
  prepared: PreparedTemplate,
  recipient: Readonly<Record<string, unknown>>,
): PlainRendered {
  return plainRendered(prepared.render({ recipient, shared: {}, platform: PLATFORM }));
}

export function describeGalleryContract(name: string, make: () => GalleryUnderTest): void {
  describe(`Gallery: ${name}`, () => {
    let its: GalleryUnderTest;
    let list: readonly GalleryTemplate[];
    beforeAll(async () => {
      its = make();
      list = await its.gallery.list();
    });

    it('has templates, each known by a key of its own', () => {
      expect(list.length).toBeGreaterThan(0);
      expect(new Set(list.map(({ key }) => key)).size).toBe(list.length);
      for (const { key } of list) expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
    });

    it('has templates that anybody could have handed in', async () => {
      for (const template of list) {
        expect(templateName(template.name)).toBe(template.name);
        expect(templateLocale(template.locale)).toBe(template.locale);
        const draft = readDraft(template.content);
        const { variables } = await its.inspector.inspect(draft);
        expect(completeContent(draft, variables)).toEqual(template.content);
      }
    });

    it('lists exactly the variables its templates use, each with an example', async () => {
      for (const { content } of list) {
        const { variables } = await its.inspector.inspect(content);
        const used = new Set(variables.map((variable) => variable.split('.')[0]));
        used.delete('assetsUrl');
        expect(new Set(content.variables.map((variable) => variable.name))).toEqual(used);
        for (const { example } of content.variables) expect(example).toBeDefined();
      }
    });

    it('renders with its examples, in every part', async () => {
      for (const template of list) {
        const { subject, html, text } = renderForTest(
          await prepareForTest(its, template),
          examplesOf(template),
        );
        for (const part of [subject, html, text]) {
          expect(part).toMatch(/\w/);
          expect(part).not.toMatch(/\{\{|undefined|\[object/);
        }
      }
    });

    it('renders with nothing but what it requires', async () => {
      for (const template of list) {
        const required = template.content.variables.filter((variable) => variable.required);
        const data = Object.fromEntries(required.map((variable) => [variable.name, variable.example]));
        const { subject, html, text } = renderForTest(await prepareForTest(its, template), data);
        expect(`${subject}${html}${text}`).not.toMatch(/\{\{|undefined|href=""|src=""/);
      }
    });

    it('names what is missing when it is given nothing', async () => {
      for (const template of list) {
        const prepared = await prepareForTest(its, template);
        const required = template.content.variables
          .filter((variable) => variable.required)
          .map((one) => one.name);
        const missing = required.filter((variable) => !(variable in PLATFORM));
        let refusal: unknown;
        try {
          renderForTest(prepared, {});
        } catch (error) {
          refusal = error;
        }
        expect(refusal).toBeInstanceOf(Refusal);
        expect((refusal as Refusal).message).toBe(`Missing: ${missing.join(', ')}.`);
      }
    });
  });
}
