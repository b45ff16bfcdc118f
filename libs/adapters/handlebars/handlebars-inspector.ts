import type { Inspected, TemplateInspector } from '#ports/templating/template-inspector.js';
import { inPart } from './faults.js';
import { inspectSource, type Source } from './inspect-source.js';
import { Inspection } from './inspection.js';
import { EXPRESSIONS_READ_AT_ONCE, SOURCE_READ_AT_ONCE } from './limits.js';
import { boundHtml, boundSource } from './source-bounds.js';

/**
 * Handlebars' parser takes 20 to 100 µs an expression and can't be interrupted. An ordinary mail is read where it
 * is asked for, in a millisecond or two; one that would hold up everybody else is read on another thread.
 */
export class HandlebarsInspector implements TemplateInspector {
  readonly #inspection: Inspection;
  readonly #readAtOnce: number;

  /** @param readAtOnce most opening braces in a template that is read on this thread */
  constructor(readAtOnce: number = EXPRESSIONS_READ_AT_ONCE, inspection: Inspection = new Inspection()) {
    this.#readAtOnce = readAtOnce;
    this.#inspection = inspection;
  }

  async inspect({ subject, html, text }: Source): Promise<Inspected> {
    // What is refused for its size needs no parser, and no thread.
    if (subject !== undefined) inPart('subject', () => boundSource(subject));
    if (html !== undefined) inPart('html', () => boundHtml(html));
    if (html !== undefined) inPart('html', () => boundSource(html));
    if (text !== undefined) inPart('text', () => boundSource(text));
    const parts = [subject, html, text].filter((part) => part !== undefined);
    const expressions = parts.reduce((sum, part) => sum + part.split('{{').length - 1, 0);
    const characters = parts.reduce((sum, part) => sum + part.length, 0);
    // Not the content as it came: only what is read here can be sent to another thread whatever else it holds.
    const source = {
      ...(subject !== undefined && { subject }),
      ...(html !== undefined && { html }),
      ...(text !== undefined && { text }),
    };
    const isSmall = expressions <= this.#readAtOnce && characters <= SOURCE_READ_AT_ONCE;
    return isSmall ? inspectSource(source) : this.#inspection.inspect(source);
  }
}
