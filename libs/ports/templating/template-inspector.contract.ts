import { describe, expect, it } from '@jest/globals';
import { quickest } from '#test/support/quickest.js';
import { Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { TemplateContent } from '#domain/templating/model/template.js';
import type { TemplateInspector } from './template-inspector.js';

type Content = Omit<TemplateContent, 'variables'>;

interface Case {
  readonly name: string;
  readonly content: Content;
}

interface RefusedCase extends Case {
  readonly code: RefusalCode;
  readonly pointer: string;
}

const html = (source: string): Content => ({ html: source });
const nested = (times: number): string => '{{#if a}}'.repeat(times) + 'x' + '{{/if}}'.repeat(times);
const link = (href: string): string => `<p>Dear reader,</p>\n<a href="${href}">here</a>`;

function refused(code: RefusalCode, cases: Readonly<Record<string, string>>): RefusedCase[] {
  return Object.entries(cases).map(([name, source]) => ({
    name,
    code,
    content: html(source),
    pointer: '/html',
  }));
}

/** The program, the prototype chain, other templates, and values where escaping does not make them harmless. */
const forbiddenExpressions = refused('template_forbidden_expression', {
  'the constructor of everything': '{{constructor.constructor}}',
  'a constructor in brackets': '{{[constructor]}}',
  'a constructor behind this': '{{this.constructor}}',
  'a constructor behind a variable': '{{name.constructor.name}}',
  'a constructor as the value of a block': '{{#with name.constructor}}{{name}}{{/with}}',
  'a constructor of the root': '{{@root.constructor}}',
  'a prototype': '{{__proto__.x}}',
  'a prototype of a value': '{{#each __proto__}}x{{/each}}',
  'a getter to be defined': '{{__defineGetter__ "a" b}}',
  'the log helper': '{{log secret}}',
  'the lookup helper': '{{lookup this "__proto__"}}',
  'the lookup helper within an expression': '{{#with (lookup this "constructor")}}x{{/with}}',
  'a helper there is not': '{{exec "id"}}',
  'a helper there is not, in parentheses': '{{#if (eq a b)}}x{{/if}}',
  'the names of hooks': '{{helperMissing "a"}}{{blockHelperMissing "a"}}',
  'a block there is not': '{{#list items}}x{{/list}}',
  'a section of another language': '{{#items}}x{{/items}}',
  'an inverse section': '{{^items}}none{{/items}}',
  'a decorator': '{{* inline "x"}}',
  'a decorator block': '{{#* inline "x"}}a{{/inline}}',
  'a partial': '{{> header}}',
  'a partial named by data': '{{> (lookup . "x")}}',
  'a partial block': '{{#> layout}}x{{/layout}}',
  'a raw block': '{{{{raw}}}} {{x}} {{{{/raw}}}}',
  'a value that is not escaped': '<p>{{{name}}}</p>',
  'a value that is not escaped, the other way': '<p>{{&name}}</p>',
  'all variables at once': '{{#each this}}{{this}}{{/each}}',
  'the root as a whole': '{{#with @root}}x{{/with}}',
  'state of the engine': '{{@partial-block}}{{@level}}',
  'a text as the name of a variable': '{{"constructor"}}',
  'something above the root': '{{../name}}',
  'an option there is not': '{{#if a __proto__="x"}}x{{/if}}',
  'an option of a format there is not': '{{date at constructor="x"}}',
  'a time zone there is not': '{{date at timezone="Mars/Olympus"}}',
  'a value as a tag': '<{{tag}}>',
  'a value as the end of a tag name': '<h{{level}}>',
  'a value as an attribute': '<p {{attributes}}>',
  'a value in an attribute without quotes': '<a href={{url}}>x</a>',
  'a value in a script': '<script>var a = "{{name}}"</script>',
  'a value in an event handler': '<p onclick="go({{id}})">x</p>',
  'a value in a document within the document': '<iframe srcdoc="{{name}}"></iframe>',
  'a value that may end a comment': '<!-- -{{name}}-> <b>x</b> -->',
  'a block that opens an attribute for another to close': '<a href="{{#if a}}x" {{else}}y"{{/if}}>x</a>',
  'a block that closes an attribute and opens another': '<a title="{{#if a}}" href="{{/if}}{{b}}">x</a>',
  'a block around half a tag': '{{#if a}}<a {{/if}}href="x">',
});

const unsafeUrls = refused('unsafe_url', {
  'a script': link('javascript:alert(1)'),
  'a script in capitals': link('JaVaScRiPt:alert(1)'),
  'a script behind spaces': link(' \n\t javascript:alert(1)'),
  'a script with a tab within': link('java\tscript:alert(1)'),
  'a script with line breaks within': link('j\na\nv\na\nscript\n:alert(1)'),
  'a script in decimal references': link('&#106;&#97;vascript:alert(1)'),
  'a script in references without semicolons': link('&#106&#97vascript&#58alert(1)'),
  'a script in hexadecimal references': link('&#x6A;&#X61;vascript&colon;alert(1)'),
  'a script with padded references': link('&#0000106;avascript:alert(1)'),
  'a script with named space in it': link('java&Tab;script&NewLine;:alert(1)'),
  'a script behind a control character': link('&#1;javascript:alert(1)'),
  'a script with a value behind it': link('javascript:{{code}}'),
  'a script in a branch': link('{{#if a}}javascript:x{{else}}https://a.example{{/if}}'),
  'another script': link('vbscript:msgbox(1)'),
  'a document in the link': link('data:text/html;base64,PHNjcmlwdD4='),
  'a picture that is a document': '<img src="data:image/svg+xml,<svg/>">',
  'a file of the reader': '<img src="file:///etc/passwd">',
  'a link without quotes': '<a href=javascript:alert(1)>x</a>',
  'a link in single quotes': "<a href='javascript:alert(1)'>x</a>",
  'a link with a slash for a space': '<a/href="javascript:alert(1)">x</a>',
  'a second link in one tag': '<a href="x"href="javascript:alert(1)">x</a>',
  'a form': '<form action="javascript:alert(1)"><button formaction="x"></button></form>',
  'a button': '<button formaction="javascript:alert(1)">x</button>',
  'a background': '<td background="javascript:alert(1)">x</td>',
  'a link in a picture of lines': '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
  'a link only Outlook sees': '<!--[if mso]><v:rect href="javascript:alert(1)"></v:rect><![endif]-->',
  'a style': '<p style="background:url(javascript:alert(1))">x</p>',
});

const syntax = refused('template_syntax', {
  'a block that is not closed': 'a\n{{#if name}}b',
  'a block closed by another': '{{#if a}}x{{/each}}',
  'an expression that is not closed': 'a {{name',
  'an empty expression': 'a {{}}',
  'a block with two values': '{{#if a b}}x{{/if}}',
  'a block without a value': '{{#each}}x{{/each}}',
  'a format without its value': '{{default name}}',
});

const tooMuch: readonly RefusedCase[] = [
  { name: '33 nested blocks', content: html(nested(33)), code: 'template_too_deep', pointer: '/html' },
  { name: '2,000 nested blocks', content: html(nested(2_000)), code: 'template_too_deep', pointer: '/html' },
  {
    name: '30,000 nested blocks that are never closed',
    content: html('{{#if a}}'.repeat(30_000)),
    code: 'template_too_deep',
    pointer: '/html',
  },
  {
    name: '2,000 branches of else if',
    content: html(`{{#if a}}${'x{{else if b}}'.repeat(2_000)}{{/if}}`),
    code: 'template_too_deep',
    pointer: '/html',
  },
  {
    name: '1,000 nested parentheses',
    content: html(`{{default ${'(default '.repeat(1_000)}a "b"${') "c"'.repeat(1_000)}}}`),
    code: 'template_too_deep',
    pointer: '/html',
  },
  {
    name: '100,000 expressions',
    content: html('{{a}}'.repeat(100_000)),
    code: 'template_too_large',
    pointer: '/html',
  },
  {
    name: 'a path of 200,000 parts',
    content: html(`{{${'a.'.repeat(200_000)}a}}`),
    code: 'template_too_large',
    pointer: '/html',
  },
  {
    name: 'half a megabyte of nothing but tags',
    content: html('<b><i x=""></i>'.repeat(34_000)),
    code: 'template_too_large',
    pointer: '/html',
  },
  {
    name: 'braces and nothing else',
    content: html('{'.repeat(500_000)),
    code: 'template_forbidden_expression',
    pointer: '/html',
  },
];

const otherParts: readonly RefusedCase[] = [
  {
    name: 'a line break in the subject',
    content: { subject: 'Hi\r\nBcc: evil@x.example', text: 'x' },
    code: 'header_injection',
    pointer: '/subject',
  },
  {
    name: 'a helper in the subject',
    content: { subject: '{{log a}}', text: 'x' },
    code: 'template_forbidden_expression',
    pointer: '/subject',
  },
  {
    name: 'a partial in the text',
    content: { text: '{{> a}}' },
    code: 'template_forbidden_expression',
    pointer: '/text',
  },
  {
    name: 'a block open in the text',
    content: { text: '{{#if a}}' },
    code: 'template_syntax',
    pointer: '/text',
  },
];

const accepted: readonly Case[] = [
  { name: 'no expression at all', content: { subject: 'News', text: 'Plain.', html: '<p>Plain.</p>' } },
  {
    name: 'values, blocks and whitespace control',
    content: html('{{~#if a~}} {{b.c}} {{~else~}} {{d}} {{~/if~}}'),
  },
  {
    name: 'loops with everything in them',
    content: html('{{#each a as |b i|}}{{@index}}{{i}}{{b.c}}{{../d}}{{@root.e}}{{else}}-{{/each}}'),
  },
  {
    name: 'a value not escaped where nothing is html',
    content: { text: '{{{name}}} {{&name}}', subject: '{{{name}}}' },
  },
  { name: 'a variable named like a format', content: html('{{date}} {{number}} {{default}}') },
  {
    name: 'formats',
    content: html(
      '{{date at "short" time="short" timezone="Europe/Paris"}}{{number n currency="EUR"}}{{default a "b"}}',
    ),
  },
  { name: 'a brace with a backslash', content: html('\\{{name}}') },
  { name: 'comments with anything in them', content: html('{{! {{> x }}{{!-- {{#if}} --}}{{name}}') },
  {
    name: 'an attribute that is there or not',
    content: html('<td{{#if wide}} colspan="2"{{/if}} {{#if a}}align="left"{{/if}}>x</td>'),
  },
  {
    name: 'links of every harmless kind',
    content: html(
      [
        'https://a.example',
        'mailto:a@b.example',
        'tel:+1',
        '#top',
        '/x:y',
        '{{url}}',
        'sms:1',
        '?a=javascript:1',
      ]
        .map(link)
        .join(''),
    ),
  },
  {
    name: 'a picture in the mail itself',
    content: html('<img src="data:image/png;base64,AAAA"><img src="cid:logo">'),
  },
  {
    name: 'a script in a sentence',
    content: html('<p>javascript:alert(1) is not run, and "onclick" neither.</p>'),
  },
  {
    name: 'a value in Outlook’s part and in a comment',
    content: html('<!--[if mso]><v:rect href="{{url}}"/><![endif]--><!-- {{name}} -->'),
  },
  { name: '32 nested blocks', content: html(nested(32)) },
  { name: 'half a megabyte', content: html(`<p class="a">${'word '.repeat(100)}</p>\n`.repeat(970)) },
];

/** Longest that one inspection may take, on a machine that has other things to do. It takes a tenth of it. */
const PATIENCE_MS = 500;

export function describeTemplateInspectorContract(name: string, make: () => TemplateInspector): void {
  describe(`TemplateInspector: ${name}`, () => {
    const cases = [...forbiddenExpressions, ...unsafeUrls, ...syntax, ...tooMuch, ...otherParts];

    it.each(cases)('refuses $name: $code', async ({ content, code, pointer }) => {
      const inspector = make();
      await inspector.inspect({ text: 'warm' });
      let refusal: unknown;
      const took = await quickest(async () => {
        refusal = await inspector.inspect(content).catch((error: unknown) => error);
      });
      expect(refusal).toBeInstanceOf(Refusal);
      const { code: answered, faults, message } = refusal as Refusal;
      expect(answered).toBe(code);
      expect(faults).toEqual([{ pointer, code, detail: expect.stringMatching(/line \d+: /) }]);
      expect(message.length).toBeLessThan(300);
      expect(took).toBeLessThan(PATIENCE_MS);
    });

    it.each(accepted)('accepts $name', async ({ content }) => {
      await expect(make().inspect(content)).resolves.toBeDefined();
    });

    it('names the line of a fault', async () => {
      const refusal = make().inspect(html('<p>\n\n</p>{{> x}}'));
      await expect(refusal).rejects.toThrow('html, line 3: ');
    });

    it('lists what a template asks of a message, each once, and nothing that a loop supplies', async () => {
      const source =
        '{{name}}{{#each items as |item i|}}{{item.title}}{{this.price}}{{i}}{{../city}}{{@root.shop.name}}{{/each}}' +
        '{{#with address}}{{street}}{{/with}}{{default nick (default name "you")}}{{attributes.plan}}';
      const { variables } = await make().inspect({ subject: 'For {{name}}', html: source });
      expect(variables).toEqual(['name', 'items', 'city', 'shop.name', 'address', 'nick', 'attributes.plan']);
    });
  });
}
