import { type Accent, FONT, INK, MONO, RULE, SOFT } from './design.js';
import {
  button,
  heading,
  type Html,
  label,
  link,
  marked,
  paragraph,
  row,
  spacer,
  subheading,
} from './parts.js';

/**
 * A piece of a mail, said twice: as rows of the layout, and as lines of the text part. Both are Handlebars source over
 * the same variables; words are plain, without references or markup, and so fit either.
 */
export interface Block {
  html(accent: Accent): Html;
  /** Ends with an empty line. */
  readonly text: string;
}

/** Words for a variable, or for an expression over several. */
export type Source = string;

const TOP = 40;

function block(html: (accent: Accent) => Html, text: string, top = TOP): Block {
  return { html: (accent) => row(html(accent), { top }), text: `${text}\n\n` };
}

/** Blocks that are there if a variable is. */
export function when(variable: string, ...blocks: readonly Block[]): Block {
  return {
    html: (accent) => `{{#if ${variable}}}${blocks.map((one) => one.html(accent)).join('\n')}{{/if}}`,
    text: `{{#if ${variable}}}\n${blocks.map((one) => one.text).join('')}{{/if}}\n`,
  };
}

export function says(...paragraphs: readonly Source[]): Block {
  return block(
    () => paragraphs.map((text, index) => paragraph(text, { top: index === 0 ? 0 : 18 })).join(''),
    paragraphs.join('\n\n'),
  );
}

export function headline(text: Source): Block {
  return block(() => heading(text), text, 56);
}

export function action(href: Source, text: Source): Block {
  return block((accent) => button(href, text, accent), `${text}: ${href}`, 28);
}

/** A link for those who want more than the button offers. */
export function aside(href: Source, text: Source): Block {
  return block((accent) => link(href, text, accent), `${text}: ${href}`, 28);
}

/** The address behind the button, for those whose client shows none. The text part has shown it already. */
export function spelledOut(
  href: Source,
  caption: Source = 'If the button does nothing, open this address:',
): Block {
  const note = label(caption);
  const address = (accent: Accent): Html =>
    `<p style="margin:6px 0 0"><a href="${href}" class="mark" style="font-family:${MONO};font-size:14px;line-height:22px;color:${accent.solid};text-decoration:underline">${href}</a></p>`;
  return { html: (accent) => row(`${note}${address(accent)}`, { top: TOP }), text: '' };
}

export interface Fact {
  readonly name: string;
  readonly value: Source;
  /** The variable without which there is no such line. */
  readonly if?: string;
}

function given(variable: string | undefined, source: string, end = ''): string {
  return variable === undefined ? source : `{{#if ${variable}}}${end}${source}{{/if}}${end}`;
}

/** Names and values beside each other: what, when, where. */
export function facts(...list: readonly Fact[]): Block {
  const rows = list.map(({ name, value, if: variable }) =>
    given(
      variable,
      `<tr>
<td class="soft rule" width="130" valign="top" style="width:130px;padding:12px 16px 12px 0;border-bottom:1px solid ${RULE};font-family:${FONT};font-size:16px;line-height:26px;color:${SOFT}">${name}</td>
<td class="ink rule" valign="top" style="padding:12px 0;border-bottom:1px solid ${RULE};font-family:${FONT};font-size:16px;line-height:26px;font-weight:700;color:${INK}">${value}</td>
</tr>`,
    ),
  );
  const lines = list.map(({ name, value, if: variable }) => given(variable, `${name}: ${value}\n`, '\n'));
  return {
    html: () => row(table(rows.join('\n')), { top: TOP }),
    text: `${lines.join('')}\n`,
  };
}

/** What happened to an account, when and where, as far as anybody knows: see `sighting` for the variables. */
export function seen(what: Source): Block {
  return facts(
    { name: 'What', value: what },
    { name: 'Account', value: '{{email}}' },
    { name: 'When', value: '{{date occurredAt "long" time="long" timezone=timezone}}' },
    { name: 'Device', value: '{{device}}', if: 'device' },
    { name: 'Where', value: '{{place}}', if: 'place' },
    { name: 'IP address', value: '{{ipAddress}}', if: 'ipAddress' },
  );
}

/** Something that must not be read past, in a box. */
export function notice(title: Source, ...sentences: readonly Source[]): Block {
  return block(
    (accent) =>
      tinted(
        accent,
        `${subheading(title)}${sentences.map((text) => paragraph(text, { top: 8, size: 16 })).join('')}`,
      ),
    `${title}\n${sentences.join('\n')}`,
  );
}

/** What to do if it was somebody else; whom to ask, if the sender names somebody. */
export function notYou(title: Source, todo: Source): Block {
  return notice(
    title,
    `${todo}{{#if supportEmail}} If anything else seems wrong, write to {{supportEmail}}.{{/if}}`,
  );
}

/** Something to type off or to copy: one tap selects all of it, and no space comes with it. */
export function code(value: Source, caption: Source): Block {
  const shown = `<p class="ink code" style="margin:10px 0 0;font-family:${MONO};font-size:44px;line-height:56px;font-weight:700;letter-spacing:8px;color:${INK};-webkit-user-select:all;user-select:all">${value}</p>`;
  return block(
    (accent) => tinted(accent, `${label(caption)}${shown}`, 'center'),
    `${caption}:\n\n    ${value}`,
  );
}

/** A code among other things: it matters less than the mail. */
export function voucher(value: Source, caption: Source): Block {
  const shown = `<p class="ink" style="margin:6px 0 0;font-family:${MONO};font-size:24px;line-height:34px;font-weight:700;letter-spacing:2px;color:${INK};-webkit-user-select:all;user-select:all">${value}</p>`;
  return block((accent) => tinted(accent, `${label(caption)}${shown}`, 'center'), `${caption}: ${value}`);
}

export interface Point {
  /** In a disc beside the words: one or two characters. A tick, if nothing else. */
  readonly sign?: Source;
  readonly title: Source;
  /** A second line. Inside the loop, as the others are. */
  readonly text: Source;
  readonly textIf?: string;
  readonly href?: Source;
  readonly line?: Source;
}

/** A list out of a variable. The sources see one element of it each. */
export function points(list: string, { sign, title, text, textIf, href, line = title }: Point): Block {
  const name =
    href === undefined
      ? title
      : `<a href="${href}" class="ink" style="color:${INK};text-decoration:none">${title}</a>`;
  const words = `${subheading(name)}${given(textIf, paragraph(text, { top: 6, size: 16 }))}`;
  const item = (accent: Accent): Html => row(marked(sign ?? '&#10003;', words, accent), { top: 32 });
  const lines = `* ${line}\n${given(textIf, `  ${text}\n`, '\n')}${href === undefined ? '' : `  ${href}\n`}`;
  return {
    html: (accent) => `${spacer(8)}{{#each ${list}}}${item(accent)}{{/each}}`,
    text: `{{#each ${list}}}\n${lines}\n{{/each}}\n`,
  };
}

/** Steps that are the same for everybody, numbered. */
export function steps(...list: readonly (readonly [title: Source, text: Source])[]): Block {
  const item = ([title, text]: readonly [Source, Source], index: number, accent: Accent): Html =>
    row(marked(String(index + 1), `${subheading(title)}${paragraph(text, { top: 6, size: 16 })}`, accent), {
      top: 32,
    });
  return {
    html: (accent) => list.map((one, index) => item(one, index, accent)).join('\n'),
    text: `${list.map(([title, text], index) => `${index + 1}. ${title}\n   ${text}\n\n`).join('')}`,
  };
}

export interface Ledger {
  readonly item: Source;
  readonly note?: { readonly if: string; readonly text: Source };
  readonly amount: Source;
  readonly totals?: readonly Fact[];
}

/** A list with something at the right of each line, and what it comes to. */
export function ledger(list: string, { item, note, amount, totals = [] }: Ledger): Block {
  const cells = (left: Html, right: Html, weight: number): Html => `<tr>
<td class="ink rule" width="68%" valign="top" style="padding:14px 16px 14px 0;border-bottom:1px solid ${RULE};font-family:${FONT};font-size:16px;line-height:24px;font-weight:${weight};color:${INK}">${left}</td>
<td class="ink rule" width="32%" align="right" valign="top" style="padding:14px 0;border-bottom:1px solid ${RULE};font-family:${FONT};font-size:16px;line-height:24px;font-weight:${weight};color:${INK}">${right}</td>
</tr>`;
  const under = note ? `{{#if ${note.if}}}${label(note.text)}{{/if}}` : '';
  const sums = totals.map(({ name, value, if: one }, index) =>
    given(one, cells(name, value, index === totals.length - 1 ? 700 : 400)),
  );
  const beside = note ? `{{#if ${note.if}}} (${note.text}){{/if}}` : '';
  const lines = totals.map(({ name, value, if: one }) => given(one, `${name}: ${value}\n`, '\n'));
  return {
    html: () =>
      row(table(`{{#each ${list}}}${cells(`${item}${under}`, amount, 400)}{{/each}}\n${sums.join('\n')}`), {
        top: 24,
      }),
    text: `{{#each ${list}}}\n* ${item}${beside}: ${amount}\n{{/each}}\n${lines.join('')}\n`,
  };
}

/** A few numbers beside each other, out of a variable of `{ value, label }`. */
export function figures(list: string): Block {
  const figure = ({ solid }: Accent): Html =>
    `<td class="stack gap rule" width="33%" valign="top" style="width:33%;padding:0 16px 0 20px;border-left:2px solid ${RULE}">
<p class="mark" style="margin:0;font-family:${FONT};font-size:32px;line-height:38px;font-weight:700;letter-spacing:-0.6px;color:${solid}">{{value}}</p>
<p class="soft" style="margin:4px 0 0;font-family:${FONT};font-size:15px;line-height:22px;color:${SOFT}">{{label}}</p>
</td>`;
  return block(
    (accent) => table(`<tr>\n{{#each ${list}}}${figure(accent)}{{/each}}\n</tr>`),
    `{{#each ${list}}}\n{{value}} {{label}}\n{{/each}}`,
  );
}

/** Somebody's own words. */
export function quote(words: Source, author: Source): Block {
  return block(
    ({ solid }) =>
      table(`<tr><td style="border-left:4px solid ${solid};padding:4px 0 4px 24px">
<p class="ink" style="margin:0;font-family:${FONT};font-size:20px;line-height:31px;color:${INK}">${words}</p>
<p class="soft" style="margin:12px 0 0;font-family:${FONT};font-size:15px;line-height:22px;color:${SOFT}">${author}</p>
</td></tr>`),
    `"${words}"\n${author}`,
  );
}

/** One question, answered by pressing a number: out of a variable of `{ score, url }`. */
export function scores(list: string, lowest: Source, highest: Source): Block {
  const cell = (accent: Accent): Html =>
    `<td align="center" style="padding:0 3px"><a href="{{url}}" class="mark tint" style="display:block;padding:11px 0;background-color:${accent.tint};border-radius:6px;font-family:${FONT};font-size:17px;line-height:24px;font-weight:700;color:${accent.solid};text-decoration:none">{{score}}</a></td>`;
  const ends = `<tr><td align="left" width="50%" style="padding-top:8px">${label(lowest)}</td><td align="right" width="50%" style="padding-top:8px">${label(highest)}</td></tr>`;
  return block(
    (accent) => `${table(`<tr>{{#each ${list}}}${cell(accent)}{{/each}}</tr>`)}${table(ends)}`,
    `{{#each ${list}}}\n{{score}}: {{url}}\n{{/each}}\n(from "${lowest}" to "${highest}")`,
    20,
  );
}

function table(rows: Html): Html {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0">${rows}</table>`;
}

function tinted({ tint }: Accent, content: Html, align: 'left' | 'center' = 'left'): Html {
  return table(
    `<tr><td class="tint" align="${align}" bgcolor="${tint}" style="padding:26px 30px;background-color:${tint};text-align:${align}">${content}</td></tr>`,
  );
}
