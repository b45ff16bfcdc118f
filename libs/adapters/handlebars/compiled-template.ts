import { plainText, type Text } from '#domain/kernel/text.js';
import type { TemplateContent } from '#domain/templating/model/template.js';
import type { PreparedTemplate, RenderContext, Rendered } from '#ports/templating/renderer.js';
import { dataRefusal, inPart, SourceFault } from './faults.js';
import { emit, type PrintPart } from './emit.js';
import { deriveText, type HtmlToText } from './derive-text.js';
import type { Parser } from './parse-source.js';
import { type Piece, variablesIn } from './pieces.js';
import { placeInHtml } from './place-in-html.js';
import { readTemplate } from './read-template.js';
import { Run } from './run.js';
import { boundHtml } from './source-bounds.js';
import { property, textOf } from './values.js';

/** The parts of a template, read and found harmless. */
export interface ReadTemplate {
  readonly subject: readonly Piece[];
  readonly html: readonly Piece[] | undefined;
  /** The same html before it was placed: what the text part is made from. */
  readonly plainHtml: readonly Piece[] | undefined;
  readonly text: readonly Piece[] | undefined;
  readonly variables: readonly string[];
}

/** @throws Refusal naming part and line */
export function readContent(parser: Parser, content: Omit<TemplateContent, 'variables'>): ReadTemplate {
  const subject = inPart('subject', () => readSubject(parser, content.subject ?? ''));
  const { html: source, text: textSource } = content;
  const plainHtml = source === undefined ? undefined : inPart('html', () => readHtml(parser, source));
  const html = plainHtml && inPart('html', () => placeInHtml(plainHtml));
  const text =
    textSource === undefined ? undefined : inPart('text', () => readTemplate(parser, textSource, 'text'));
  const variables = variablesIn([...subject, ...(plainHtml ?? []), ...(text ?? [])]);
  return { subject, html, plainHtml, text, variables };
}

/** A line break would begin another header; the other control characters have no business in a line either. */
const NOT_IN_A_HEADER = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function readHtml(parser: Parser, source: string): Piece[] {
  boundHtml(source);
  return readTemplate(parser, source, 'html');
}

function readSubject(parser: Parser, source: string): Piece[] {
  if (NOT_IN_A_HEADER.test(source)) {
    throw new SourceFault('header_injection', 1, 'A subject is one line without control characters.');
  }
  return readTemplate(parser, source, 'subject');
}

export class CompiledTemplate implements PreparedTemplate {
  readonly #run: Run;
  readonly #subject: PrintPart;
  readonly #subjectVariables: readonly string[];
  readonly #html: PrintPart | undefined;
  readonly #text: (() => Text) | undefined;

  constructor(
    read: ReadTemplate,
    required: readonly string[],
    locale: string,
    toText: HtmlToText | undefined,
  ) {
    const names = read.variables.map((name) => name.split('.')[0] ?? '');
    const run = new Run(names, required);
    this.#run = run;
    this.#subject = emit(read.subject, run, locale);
    this.#subjectVariables = variablesIn(read.subject);
    this.#html = read.html && emit(read.html, run, locale);
    this.#text = read.text ? emit(read.text, run, locale) : derivedText(read, run, locale, toText);
  }

  render(context: RenderContext): Rendered {
    const run = this.#run;
    run.begin(context);
    const subject = plainText(this.#subject());
    if (NOT_IN_A_HEADER.test(subject)) throw this.#headerInjection(context);
    return { subject, html: this.#html?.(), text: this.#text?.() };
  }

  uses(name: string): boolean {
    return this.#run.looksAt(name);
  }

  #headerInjection({ recipient, shared, platform }: RenderContext): Error {
    const valueOf = (name: string): unknown => {
      const path = name.split('.');
      return [platform, recipient, shared]
        .map((layer) => path.reduce<unknown>(property, layer))
        .find((v) => v != null);
    };
    const guilty = this.#subjectVariables.filter((name) => NOT_IN_A_HEADER.test(textOf(valueOf(name))));
    const detail = `The subject would hold a line break or control character: ${guilty.join(', ')}.`;
    return dataRefusal('header_injection', detail, guilty, 'holds a line break or control character.');
  }
}

function derivedText(
  { plainHtml }: ReadTemplate,
  run: Run,
  locale: string,
  toText?: HtmlToText,
): (() => Text) | undefined {
  if (!plainHtml || !toText) return undefined;
  const pieces = deriveText(plainHtml, toText);
  const print = emit(pieces, run, locale);
  const isFixed = pieces.every(({ kind }) => kind === 'text' || kind === 'value');
  // A branch that prints nothing leaves the empty lines of both its neighbours.
  return isFixed ? print : () => plainText(print()).replace(/\n{3,}/g, '\n\n');
}
