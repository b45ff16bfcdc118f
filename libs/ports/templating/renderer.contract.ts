import { beforeEach, describe, expect, it } from '@jest/globals';
import { quickest } from '#test/support/quickest.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { plainText } from '#domain/kernel/text.js';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { TemplateContent, TemplateId, TemplateVariable } from '#domain/templating/model/template.js';
import { type PlainRendered, plainRendered, type RenderContext, type Renderer } from './renderer.js';
import type { Templates } from './templates.js';

export interface RendererUnderTest {
  readonly renderer: Renderer;
  /** Where the renderer finds its templates. */
  readonly templates: Templates;
}

type Data = Readonly<Record<string, unknown>>;

const WORKSPACE = 'wsp_ours' as WorkspaceId;
const need = (...names: string[]): TemplateVariable[] => names.map((name) => ({ name, required: true }));

interface RefusedCase {
  readonly name: string;
  readonly html: string;
  readonly data: Data;
  readonly code: RefusalCode;
  readonly pointers: readonly string[];
}

const link = '<a href="{{url}}">x</a>';
const unsafe = (name: string, url: unknown, html = link): RefusedCase => ({
  name,
  html,
  data: { url },
  code: 'unsafe_url',
  pointers: ['/data/url'],
});
const hundredFifty = Array.from({ length: 150 }, (_, i) => i);

const refusedData: readonly RefusedCase[] = [
  unsafe('a script for a link', 'javascript:alert(1)'),
  unsafe('a script in capitals behind a line break', '\nJAVASCRIPT:alert(1)'),
  unsafe('a script with a tab and a zero in it', 'java\tscr\u0000ipt:alert(1)'),
  unsafe('a script in references that a second reader would resolve', '&#106;avascript:alert(1)'),
  unsafe('a script behind an invisible character', '\u200bjavascript:alert(1)'),
  unsafe('another script', 'vbscript:x'),
  unsafe('a document', 'data:text/html,<script>alert(1)</script>'),
  unsafe('a picture that is a document', 'data:image/svg+xml,<svg onload="x"/>', '<img src="{{url}}">'),
  unsafe('the second half of a script', 'script:alert(1)', '<a href="java{{url}}">x</a>'),
  unsafe('digits that end a half-written reference', '115;cript:alert(1)', '<a href="java&#{{url}}">x</a>'),
  unsafe('a script in a branch', 'javascript:x', '<a href="{{#if url}}{{url}}{{else}}#{{/if}}">x</a>'),
  unsafe('a script in a loop', ['java', 'script:', 'x'], '<a href="{{#each url}}{{this}}{{/each}}">x</a>'),
  unsafe('a script through a format', '', '<a href="{{default url "javascript:x"}}">x</a>'),
  unsafe('a script for Outlook', 'javascript:x', '<!--[if mso]><v:rect href="{{url}}"/><![endif]-->'),
  unsafe('a script in a style', 'javascript:x', `<p style="background:url('{{url}}')">x</p>`),
  {
    name: 'a script in two values',
    html: '<a href="{{a}}{{b}}">x</a>',
    data: { a: 'java', b: 'script:x' },
    code: 'unsafe_url',
    pointers: ['/data/a', '/data/b'],
  },
  {
    name: 'three loops over 150 each',
    html: '{{#each list}}{{#each ../list}}{{#each ../../list}}x{{/each}}{{/each}}{{/each}}',
    data: { list: hundredFifty },
    code: 'render_too_large',
    pointers: ['/data'],
  },
  {
    name: 'three loops over 150 each that print nothing',
    html: '{{#each list}}{{#each @root.list}}{{#each @root.list}}{{/each}}{{/each}}{{/each}}',
    data: { list: hundredFifty },
    code: 'render_too_large',
    pointers: ['/data'],
  },
  {
    name: 'a value longer than a mail',
    html: '<p>{{text}}</p>',
    data: { text: '<'.repeat(1_100_000) },
    code: 'render_too_large',
    pointers: ['/data'],
  },
  {
    name: 'a long value many times over',
    html: '{{text}}'.repeat(900),
    data: { text: '<'.repeat(100_000) },
    code: 'render_too_large',
    pointers: ['/data'],
  },
  {
    name: 'a value that grows by escaping',
    html: '<p>{{text}}</p>',
    data: { text: '"'.repeat(500_000) },
    code: 'render_too_large',
    pointers: ['/data'],
  },
  {
    name: 'a long text in a loop',
    html: `{{#each list}}${'<p>word</p>'.repeat(4_000)}{{/each}}`,
    data: { list: hundredFifty },
    code: 'render_too_large',
    pointers: ['/data'],
  },
];

const printed: readonly { name: string; html: string; data: unknown; prints: string }[] = [
  {
    name: 'an expression in a value as it is',
    html: '{{a}}',
    data: { a: '{{secret}}', secret: 's' },
    prints: '{{secret}}',
  },
  {
    name: 'markup in a value as text',
    html: '<p>{{a}}</p>',
    data: { a: `<script>"'&` },
    prints: '<p>&lt;script&gt;&quot;&#39;&amp;</p>',
  },
  {
    name: 'quotes in an attribute as text',
    html: '<p title="{{a}}">',
    data: { a: '" onclick="x' },
    prints: '<p title="&quot; onclick=&quot;x">',
  },
  {
    name: 'an address as it is, but for its ampersand',
    html: link,
    data: { url: 'https://a.example/?a=1&b=2' },
    prints: '<a href="https://a.example/?a=1&amp;b=2">x</a>',
  },
  {
    name: 'a picture in the mail',
    html: '<img src="{{url}}">',
    data: { url: 'data:image/png;base64,AA' },
    prints: '<img src="data:image/png;base64,AA">',
  },
  {
    name: 'a path whatever it is called',
    html: '<a href="/go/{{url}}">',
    data: { url: 'javascript:x' },
    prints: '<a href="/go/javascript:x">',
  },
  {
    name: 'nothing for what is not there',
    html: '[{{a}}{{a.b.c}}{{#each a}}x{{/each}}]',
    data: {},
    prints: '[]',
  },
  {
    name: 'nothing of what objects inherit',
    html: '[{{a.toString}}{{a.length}}{{b.map}}{{toString}}]',
    data: { a: {}, b: [] },
    prints: '[]',
  },
  {
    name: 'nothing for an object',
    html: '[{{a}}]',
    data: { a: { toString: 'x', toHTML: 'y' } },
    prints: '[]',
  },
  {
    name: 'properties named like those of the language',
    html: '[{{#each a}}{{@key}}={{this}};{{/each}}]',
    data: JSON.parse('{"a":{"__proto__":1,"constructor":2}}'),
    prints: '[__proto__=1;constructor=2;]',
  },
  {
    name: 'numbers, truth and lists',
    html: '{{a}} {{b}} {{c}} {{d}}',
    data: { a: 0, b: false, c: [1, 'x', {}], d: -1.5 },
    prints: '0 false 1,x, -1.5',
  },
  {
    name: 'loops over lists and objects',
    html: '{{#each a}}{{@index}}{{this}}{{#if @last}}!{{/if}}{{/each}}{{#each o as |v k|}}{{k}}{{v}}{{/each}}',
    data: { a: ['x', 'y'], o: { p: 1 } },
    prints: '0x1y!p1',
  },
  {
    name: 'what stands outside from within',
    html: '{{#each a}}{{#with b}}{{c}}{{../d}}{{../../e}}{{/with}}{{/each}}',
    data: { a: [{ b: { c: 1 }, d: 2 }], e: 3 },
    prints: '123',
  },
  {
    name: 'the other branch',
    html: '{{#if a}}x{{else if b}}y{{else}}z{{/if}}{{#unless a}}n{{/unless}}{{#each l}}x{{else}}e{{/each}}{{#with w}}x{{else}}f{{/with}}',
    data: { b: 1, l: [] },
    prints: 'ynef',
  },
  {
    name: 'a default for what is empty',
    html: '{{default a "you"}} {{default b "you"}} {{default c 5}}',
    data: { b: '', c: 0 },
    prints: 'you you 0',
  },
  {
    name: 'dates in UTC and in a zone',
    html: '{{date a}}; {{date a "short" time="short" timezone="America/New_York"}}; {{date b}}; {{date c}}',
    data: { a: '2026-03-01T02:30:00Z', b: 0, c: 'soon' },
    prints: 'March 1, 2026; 2/28/26, 9:30 PM; January 1, 1970; soon',
  },
  {
    name: 'numbers by locale',
    html: '{{number a}} {{number a locale="de"}} {{number a currency="EUR"}} {{number a digits=0}} {{number b}}',
    data: { a: 1234.5, b: 'x' },
    prints: '1,234.5 1.234,5 €1,234.50 1,235 x',
  },
  {
    name: 'a colour in a style, and nothing that ends it',
    html: '<p style="color:{{a}}">',
    data: { a: '#fff;} x(y)' },
    prints: '<p style="color:#fff xy">',
  },
  {
    name: 'an address in a style that cannot leave it',
    html: `<p style="background:url('{{a}}')">`,
    data: { a: "https://a.example/x.png')" },
    prints: `<p style="background:url('https://a.example/x.png%27%29')">`,
  },
  {
    name: 'a value in a comment that cannot end it',
    html: '<!-- {{a}} -->',
    data: { a: '--> <b>' },
    prints: '<!-- &gt; &lt;b&gt; -->',
  },
];

export function describeRendererContract(name: string, make: () => RendererUnderTest): void {
  describe(`Renderer: ${name}`, () => {
    let its: RendererUnderTest;
    beforeEach(() => {
      its = make();
    });

    const keep = (id: string, content: Partial<TemplateContent>): Promise<unknown> => {
      const common = { workspaceId: WORKSPACE, locale: 'en', createdAt: 1 };
      const templateId = id as TemplateId;
      return its.templates.insert(
        { ...common, id: templateId, name: id, channel: 'email', currentVersion: 1, updatedAt: 1 },
        { ...common, templateId, version: 1, content: { variables: [], ...content } },
      );
    };

    const render = async (
      content: Partial<TemplateContent>,
      { recipient = {}, shared = {}, platform = {} }: Partial<RenderContext> = {},
    ): Promise<PlainRendered> => {
      await keep('tpl_a', content);
      const prepared = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1);
      return plainRendered(prepared.render({ recipient, shared, platform }));
    };

    const refusalOf = async (rendering: Promise<unknown>): Promise<Refusal> => {
      const error = await rendering.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Refusal);
      return error as Refusal;
    };

    it('renders every part of a version', async () => {
      const content = { subject: 'Hi {{name}}', html: '<p>Hi {{name}}</p>', text: 'Hi {{name}}' };
      const rendered = await render(content, { recipient: { name: 'Zoë & Ko' } });
      expect(rendered).toEqual({
        subject: 'Hi Zoë & Ko',
        html: '<p>Hi Zoë &amp; Ko</p>',
        text: 'Hi Zoë & Ko',
      });
    });

    it('gives a part that comes in pieces the same fixed ones every time, and a length either way', async () => {
      await keep('tpl_a', { html: '<p>{{#each names}}<b>{{this}}</b>{{/each}}</p>', text: 'Hi {{names}}' });
      const prepared = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1);
      const [one, other] = [['Zoë', '👋'], []].map((names) =>
        prepared.render({ recipient: { names }, shared: {}, platform: {} }),
      );
      for (const part of ['html', 'text'] as const) {
        const [first = '', second = ''] = [one?.[part], other?.[part]];
        if (typeof first !== 'string' && typeof second !== 'string') expect(first.fixed).toBe(second.fixed);
        expect([first, second].map(({ length }) => length)).toEqual(
          [first, second].map((text) => plainText(text).length),
        );
      }
    });

    it('has no html where a template has none', async () => {
      expect(await render({ text: 'Hi' })).toEqual({ subject: '', html: undefined, text: 'Hi' });
    });

    it('makes the text part out of the html, expressions and all', async () => {
      const html =
        '<head><title>T</title><style>p{}</style></head><body><div style="display:none">Preview</div>' +
        '<h1>Hello {{name}}</h1><img src="{{pic}}" alt=""><table>{{#each items}}<tr><td>{{title}}, {{../city}}</td></tr>{{/each}}' +
        '</table>{{#if offer}}<p>Only {{offer}} &lt;today&gt;</p>{{/if}}<p><a href="{{url}}">Read on</a></p></body>';
      const recipient = {
        name: 'R&D',
        items: [{ title: 'One' }, { title: 'Two' }],
        city: 'Rome',
        url: 'https://a.example/?a&b',
      };
      const { text } = await render({ html }, { recipient });
      expect(text).toBe('Hello R&D\n\nOne, Rome\nTwo, Rome\n\nRead on <https://a.example/?a&b>\n');
    });

    it('puts what the platform says over the recipient, and the recipient over what is shared', async () => {
      const { text } = await render(
        { text: '{{a}} {{b}} {{c}} {{d}}' },
        {
          shared: { a: 's', b: 's', c: 's', d: 's' },
          recipient: { b: 'r', c: 'r', d: null },
          platform: { c: 'p' },
        },
      );
      expect(text).toBe('s r p s');
    });

    it.each(printed)('prints $name', async ({ html, data, prints }) => {
      expect((await render({ html }, { recipient: data as Data })).html).toBe(prints);
    });

    it.each(refusedData)('refuses $name: $code', async ({ html, data, code, pointers }) => {
      await keep('tpl_a', { html });
      const prepared = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1);
      let refusal: unknown;
      const took = await quickest(() => {
        try {
          prepared.render({ recipient: data, shared: {}, platform: {} });
        } catch (error) {
          refusal = error;
        }
      });
      expect(took).toBeLessThan(500);
      expect(refusal).toBeInstanceOf(Refusal);
      expect((refusal as Refusal).code).toBe(code);
      expect((refusal as Refusal).faults.map(({ pointer }) => pointer)).toEqual(pointers);
    });

    it('names every required variable that is missing, and none that is there', async () => {
      const variables = [
        ...need('name', 'city', 'attributes.plan', 'attributes.age', 'zero', 'empty'),
        { name: 'nick', required: false },
      ];
      const recipient = { city: null, attributes: { plan: undefined, age: 3 }, zero: 0, empty: '' };
      const refusal = await refusalOf(render({ text: 'Hi {{name}}', variables }, { recipient }));
      expect(refusal.code).toBe('missing_variable');
      expect(refusal.message).toBe('Missing: name, city, attributes.plan.');
      expect(refusal.faults).toEqual([
        { pointer: '/data/name', code: 'missing_variable', detail: 'name is required and missing.' },
        { pointer: '/data/city', code: 'missing_variable', detail: 'city is required and missing.' },
        {
          pointer: '/data/attributes/plan',
          code: 'missing_variable',
          detail: 'attributes.plan is required and missing.',
        },
      ]);
    });

    it.each(['\r\nBcc: evil@x.example', '\n', '\r', '\u0000'])(
      'refuses a subject with a control character: %j',
      async (evil) => {
        const refusal = await refusalOf(
          render(
            { subject: 'Hi {{name}} {{city}}', text: 'x' },
            { recipient: { name: `a${evil}`, city: 'Rome' } },
          ),
        );
        expect(refusal.code).toBe('header_injection');
        expect(refusal.faults.map(({ pointer }) => pointer)).toEqual(['/data/name']);
      },
    );

    it('never repeats a value in a refusal: it is somebody’s', async () => {
      const recipient = { name: 'canary\r\n', url: 'javascript:canary' };
      const subject = await refusalOf(render({ subject: '{{name}}', text: 'x' }, { recipient }));
      const prepared =
        (await keep('tpl_b', { html: link }), await its.renderer.prepare(WORKSPACE, 'tpl_b', 1));
      const url = await refusalOf(
        Promise.resolve().then(() => prepared.render({ recipient, shared: {}, platform: {} })),
      );
      expect(JSON.stringify([subject.message, subject.faults, url.message, url.faults])).not.toContain(
        'canary',
      );
    });

    it('renders with another subject where one is given, by the same rules', async () => {
      await keep('tpl_a', { subject: 'Own', text: 'Hi {{name}}' });
      const prepared = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1, 'For {{name}}');
      const context = { recipient: { name: 'Ann' }, shared: {}, platform: {} };
      const rendered = plainRendered(prepared.render(context));
      expect(rendered).toEqual({ subject: 'For Ann', html: undefined, text: 'Hi Ann' });
      const own = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1);
      expect(own.render(context).subject).toBe('Own');
      const refusal = await refusalOf(its.renderer.prepare(WORKSPACE, 'tpl_a', 1, '{{log x}}'));
      expect(refusal.code).toBe('template_forbidden_expression');
    });

    it('is prepared once, and goes on after a refusal as if nothing had been', async () => {
      await keep('tpl_a', { text: 'Hi {{name}}, {{city}}', variables: need('name') });
      const prepared = await its.renderer.prepare(WORKSPACE, 'tpl_a', 1);
      expect(await its.renderer.prepare(WORKSPACE, 'tpl_a', 1)).toBe(prepared);
      const render = (recipient: Data): string | undefined =>
        plainRendered(prepared.render({ recipient, shared: {}, platform: {} })).text;
      expect(render({ name: 'Ann', city: 'Rome' })).toBe('Hi Ann, Rome');
      expect(() => render({ city: 'Oslo' })).toThrow(Refusal);
      expect(render({ name: 'Bob' })).toBe('Hi Bob, ');
    });

    it('knows nothing of a version, a template or a workspace that is not there', async () => {
      await keep('tpl_a', { text: 'Hi' });
      for (const [workspace, id, version] of [
        [WORKSPACE, 'tpl_a', 2],
        [WORKSPACE, 'tpl_b', 1],
        ['wsp_theirs', 'tpl_a', 1],
      ] as const) {
        expect((await refusalOf(its.renderer.prepare(workspace, id, version))).code).toBe('not_found');
      }
    });

    it('finds a version that was not there when it was first asked for', async () => {
      await expect(its.renderer.prepare(WORKSPACE, 'tpl_a', 1)).rejects.toThrow(Refusal);
      expect((await render({ text: 'Hi' })).text).toBe('Hi');
    });
  });
}
