import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { RefusalCode } from '#domain/kernel/refusal.js';
import type { TemplateContent, TemplateId } from '#domain/templating/model/template.js';
import type { PlainRendered, Renderer } from './renderer.js';
import { plainRendered } from './renderer.js';
import type { Templates } from './templates.js';
import type { TrialRenderer } from './trial-renderer.js';

export interface TrialRendererUnderTest {
  readonly trials: TrialRenderer;
  /** What messages are rendered by, from the same templates. */
  readonly renderer: Renderer;
  readonly templates: Templates;
}

const WORKSPACE = 'wsp_ours' as WorkspaceId;
const LINKS = { unsubscribeUrl: 'https://mail.example/u', assetsUrl: 'https://mail.example/assets' };
/** Milliseconds of processor time that one trial may cost the thread that asks. */
const MOST_CPU_MS = 20;

/** As slow to read and to render as a template can be that passes inspection. */
const SLOW = Array.from(
  { length: 165 },
  (_, n) => `<p>{{#each list}}{{#if a}}{{a}}{{/if}}{{/each}} {{b.c${n}}}</p>`,
).join('');
const LIST = Array.from({ length: 150 }, () => ({ a: '<' }));

export function describeTrialRendererContract(name: string, make: () => TrialRendererUnderTest): void {
  describe(`TrialRenderer: ${name}`, () => {
    let its: TrialRendererUnderTest;
    let id = 0;
    beforeEach(() => {
      its = make();
    });

    const add = async (content: Partial<TemplateContent>): Promise<string> => {
      const templateId = `tpl_${++id}` as TemplateId;
      const at = { workspaceId: WORKSPACE, locale: 'de', createdAt: 0 };
      const whole = { variables: [], ...content };
      await its.templates.insert(
        { ...at, id: templateId, name: 'T', channel: 'email', currentVersion: 1, updatedAt: 0 },
        { ...at, templateId, version: 1, content: whole },
      );
      return templateId;
    };
    const contextOf = (recipient: object) => ({ recipient: { ...recipient }, shared: {}, platform: LINKS });
    const trial = (
      templateId: string,
      data: object,
      workspaceId: string = WORKSPACE,
    ): Promise<PlainRendered> => its.trials.render(workspaceId, templateId, 1, contextOf(data));

    it('makes what the messages will be', async () => {
      const templateId = await add({
        subject: 'Hi {{name}}',
        html: '<h1>{{name}}</h1><p>{{number n}} {{#each list}}<b>{{this}}</b> {{/each}}</p><a href="{{unsubscribeUrl}}">x</a>',
      });
      const data = { name: 'Zoë & "Tom"', n: 1234.5, list: ['a', '<b>'], unsubscribeUrl: 'javascript:x' };
      const prepared = await its.renderer.prepare(WORKSPACE, templateId, 1);
      const rendered = await trial(templateId, data);
      expect(rendered).toEqual(plainRendered(prepared.render(contextOf(data))));
      expect(rendered).toMatchObject({
        subject: 'Hi Zoë & "Tom"',
        html: expect.stringContaining('1.234,5 <b>a</b> <b>&lt;b&gt;</b>'),
        text: expect.stringContaining('x <https://mail.example/u>'),
      });
    });

    it('leaves out the part that there is not', async () => {
      expect(await trial(await add({ text: 'Hi {{name}}' }), { name: 'Tom' })).toEqual({
        subject: '',
        html: undefined,
        text: 'Hi Tom',
      });
    });

    it.each<[RefusalCode, string, Partial<TemplateContent>, object]>([
      ['missing_variable', '/data/name', { text: 'x', variables: [{ name: 'name', required: true }] }, {}],
      ['unsafe_url', '/data/url', { html: '<a href="{{url}}">x</a>' }, { url: 'javascript:x' }],
      ['header_injection', '/data/name', { subject: '{{name}}', text: 'x' }, { name: 'a\r\nBcc: e' }],
      [
        'render_too_large',
        '/data',
        { text: '{{#each list}}{{#each ../list}}{{#each ../../list}}x{{/each}}{{/each}}{{/each}}' },
        { list: LIST },
      ],
    ])('refuses with %s what a message would be refused for', async (code, pointer, content, data) => {
      const templateId = await add(content);
      await expect(trial(templateId, data)).rejects.toMatchObject({ code, faults: [{ pointer, code }] });
      expect(await trial(await add({ text: 'still here' }), {})).toMatchObject({ text: 'still here' });
    });

    it('knows no template of another workspace, and no version there is not', async () => {
      const templateId = await add({ text: 'x' });
      await expect(trial(templateId, {}, 'wsp_other')).rejects.toMatchObject({ code: 'not_found' });
      await expect(its.trials.render(WORKSPACE, templateId, 2, contextOf({}))).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    it('gives each of many at once its own', async () => {
      const templateId = await add({ text: '{{name}}' });
      const names = Array.from({ length: 20 }, (_, n) => `Nr. ${n}`);
      const all = await Promise.all(names.map((one) => trial(templateId, { name: one })));
      expect(all.map(({ text }) => text)).toEqual(names);
    });

    it('costs the asking thread next to nothing, whatever the template and the data', async () => {
      const templateId = await add({ subject: 'S', html: SLOW });
      const costs: number[] = [];
      for (let time = 0; time < 3; time++) {
        const before = process.threadCpuUsage();
        const { html } = await trial(templateId, { list: LIST.slice(0, 60), b: { c7: 'seven' } });
        const { user, system } = process.threadCpuUsage(before);
        costs.push((user + system) / 1000);
        expect(html).toContain('seven');
      }
      expect(Math.min(...costs)).toBeLessThan(MOST_CPU_MS);
    });
  });
}
