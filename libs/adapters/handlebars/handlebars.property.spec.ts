import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import Handlebars from 'handlebars';
import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { TemplateId } from '#domain/templating/model/template.js';
import type { PreparedTemplate } from '#ports/templating/renderer.js';
import { plainText } from '#domain/kernel/text.js';
import { HandlebarsRenderer } from './handlebars-renderer.js';

type Data = Record<string, unknown>;

/** Printable and not, in every script, with everything that means something to html, to URLs or to Handlebars. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '`',
        '=',
        '{{',
        '}}',
        '{{a}}',
        '{{{',
        '\\',
        '\u0000',
        '&#60;',
        '-->',
      ),
      fc.constantFrom('<script>', '</p>', 'javascript:', ' onclick=', 'é', '漢', '😀', '\n', ' '),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const names = ['a', 'b', 'c'] as const;
/** No null: inside a branch over null Handlebars takes {} for it. */
const scalar = fc.oneof(nasty, fc.integer(), fc.boolean(), fc.constant(''));
const data: fc.Arbitrary<Data> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    scalar,
    fc.array(fc.oneof(scalar, tie('record')), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.record({ a: tie('value'), b: tie('value'), c: tie('value') }, { requiredKeys: [] }),
})).record as fc.Arbitrary<Data>;

/** A part of a template: static text, values, and blocks around parts, within blocks that look at something or loop. */
function part(depth: number, within: { focus: number; loop: boolean }): fc.Arbitrary<string> {
  const path = fc.constantFrom(
    ...[...names, 'a.b', 'b.c.a', '@root.b'],
    ...(within.focus > 0 ? ['this'] : []),
    // Deeper, where two blocks may look at the same thing, Handlebars counts them as one and we do not.
    ...(within.focus === 1 ? ['../a'] : []),
    ...(within.loop ? ['@index', '@key', '@first', '@last'] : []),
  );
  const text = fc.constantFrom('<p>', '</p>', ' x ', '\n', '&amp;', '');
  const leaf = fc.oneof(
    text,
    path.map((one) => `{{${one}}}`),
    path.map((one) => `{{~${one}~}}`),
  );
  if (depth === 0) return leaf;
  const parts = (inside: { focus: number; loop: boolean }): fc.Arbitrary<string> =>
    fc.array(part(depth - 1, inside), { maxLength: 3 }).map((list) => list.join(''));
  const otherwise = parts(within);
  const block = (name: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .tuple(path, body, otherwise)
      .map(([on, yes, no]) => `{{#${name} ${on}}}${yes}{{else}}${no}{{/${name}}}`);
  return fc.oneof(
    leaf,
    block('if', otherwise),
    block('unless', otherwise),
    block('each', parts({ focus: within.focus + 1, loop: true })),
    block('with', parts({ ...within, focus: within.focus + 1 })),
  );
}
const template = fc
  .array(part(2, { focus: 0, loop: false }), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));

async function prepared(html: string, subject = ''): Promise<PreparedTemplate> {
  const templates = new MemoryTemplates();
  const common = { workspaceId: 'wsp_a' as WorkspaceId, locale: 'en', createdAt: 1 };
  const id = 'tpl_a' as TemplateId;
  await templates.insert(
    { ...common, id, name: 'a', channel: 'email', currentVersion: 1, updatedAt: 1 },
    { ...common, templateId: id, version: 1, content: { html, subject, text: html, variables: [] } },
  );
  return new HandlebarsRenderer(templates).prepare('wsp_a', 'tpl_a', 1);
}

const withData = (recipient: Data): { recipient: Data; shared: Data; platform: Record<string, string> } => ({
  recipient,
  shared: {},
  platform: {},
});

/** How Handlebars would print values if it printed them as we do. */
function reference(): typeof Handlebars {
  const engine = Handlebars.create();
  for (const helper of ['log', 'lookup']) engine.unregisterHelper(helper);
  return engine;
}

/** Objects print nothing here; there they print the words [object Object]. Neither = nor ` is escaped here. */
function asWePrint(html: string): string {
  return html
    .replaceAll('&#x3D;', '=')
    .replaceAll('&#x60;', '`')
    .replaceAll('&#x27;', '&#39;')
    .replaceAll('[object Object]', '');
}

describe('Handlebars templates', () => {
  it('print what Handlebars itself prints', async () => {
    const engine = reference();
    const property = fc.asyncProperty(template, data, async (source, values) => {
      const theirs = asWePrint(engine.compile(source, { knownHelpersOnly: true })(structuredClone(values)));
      const ours = plainText((await prepared(source)).render(withData(values)).html ?? '');
      expect(ours.replaceAll('[object Object]', '')).toBe(theirs);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('never let a value be anything but text, wherever it stands', async () => {
    const page = await prepared(
      '<p>{{a}}</p><b title="{{a}}">{{#each l}}<i>{{this}}</i>{{/each}}</b><!-- {{a}} -->',
    );
    const property = fc.property(nasty, fc.array(nasty, { maxLength: 3 }), (a, l) => {
      const html = plainText(page.render(withData({ a, l })).html ?? '');
      const [, between = '', inside = ''] = /^<p>(.*?)<\/p><b title="(.*?)">/s.exec(html) ?? [];
      expect(between).not.toMatch(/[<>"']/);
      expect(inside).toBe(between);
      expect(html.match(/<\w+/g)).toEqual(['<p', '<b', ...l.map(() => '<i')]);
      expect(html.endsWith(' -->')).toBe(true);
      expect(html.indexOf('-->')).toBe(html.length - 3);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('never let a value choose a scheme that runs code, however it is written', async () => {
    const page = await prepared('<a href="{{a}}{{b}}">x</a>');
    const filler = fc.constantFrom('', ' ', '\t', '\n', '\u0000', '\u0001', '&Tab;', '&#10;');
    const letter = (char: string): fc.Arbitrary<string> =>
      fc.constantFrom(
        char,
        char.toUpperCase(),
        `&#${char.charCodeAt(0)};`,
        `&#x${char.charCodeAt(0).toString(16)};`,
      );
    const spelled = fc
      .tuple(
        ...[...'javascript'].map((char) => fc.tuple(filler, letter(char)).map((two) => two.join(''))),
        filler,
      )
      .map((parts) => parts.join(''));
    const property = fc.property(
      spelled,
      fc.constantFrom(':', '&colon;', '&#58;'),
      fc.nat(30),
      (word, colon, at) => {
        const url = `${word}${colon}alert(1)`;
        const context = withData({ a: url.slice(0, at), b: url.slice(at) });
        expect(() => page.render(context)).toThrow(expect.objectContaining({ code: 'unsafe_url' }));
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('make the same bytes of the same data, whoever was served in between', async () => {
    const property = fc.asyncProperty(template, data, data, async (source, values, others) => {
      const one = await prepared(source, 'Re: {{c.length}}');
      const first = one.render(withData(values));
      one.render(withData(others));
      expect(one.render(withData(values))).toEqual(first);
      expect((await prepared(source, 'Re: {{c.length}}')).render(withData(values))).toEqual(first);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
