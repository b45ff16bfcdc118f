import Handlebars from 'handlebars';
import { jsonAnswer, type Answer, type HttpCall } from '../kit/http-call.js';
import { badRequest, SesRefusal } from './ses-errors.js';
import type { SesTemplate, SesTemplateContent } from './ses-wire.js';

const REQUIRED = 'sesRequired';
const COMPILED_LIMIT = 200;

export interface Rendered {
  subject: string;
  html?: string | undefined;
  text?: string | undefined;
}

type Render = (data: object) => string;

/**
 * SES renders Handlebars without escaping, and drops a mail whose data lacks a variable that the template prints (the
 * call has long been answered with success by then). A template given inline may hold simple substitutions only.
 */
export class SesTemplates {
  readonly #handlebars = Handlebars.create();
  readonly #named = new Map<string, SesTemplateContent>();
  readonly #compiled = new Map<string, Render>();

  constructor(named: Record<string, SesTemplateContent> = {}) {
    for (const [name, content] of Object.entries(named)) this.#named.set(name, content);
    this.#handlebars.registerHelper(REQUIRED, (value: unknown, name: string) => {
      if (value === undefined || value === null)
        throw new Error(`Attribute '${name}' is not present in the rendering data.`);
      return value;
    });
  }

  /** The content a request points at, or `undefined` when it names a template that does not exist. */
  find(template: SesTemplate): { content: SesTemplateContent; inline: boolean } | undefined {
    if (template.TemplateContent) return { content: template.TemplateContent, inline: true };
    const name = template.TemplateName ?? template.TemplateArn?.split('/').at(-1) ?? '';
    const content = this.#named.get(name);
    return content && { content, inline: false };
  }

  /** Throws an `Error` in SES's words when the data lacks something, an `SesRefusal` when the template is no template. */
  render({ content, inline }: { content: SesTemplateContent; inline: boolean }, data: object): Rendered {
    const part = (text: string | undefined) =>
      text === undefined ? undefined : this.#render(text, inline)(data);
    return { subject: part(content.Subject) ?? '', html: part(content.Html), text: part(content.Text) };
  }

  /** CreateEmailTemplate, GetEmailTemplate, UpdateEmailTemplate and DeleteEmailTemplate. */
  manage(call: HttpCall): Answer {
    const body = (call.json() ?? {}) as { TemplateName?: string; TemplateContent?: SesTemplateContent };
    const inPath = decodeURIComponent(call.path.split('/')[4] ?? '');
    const name = inPath || (body.TemplateName ?? '');
    const known = this.#named.get(name);
    if (call.method === 'POST' && known) {
      throw new SesRefusal(400, 'AlreadyExistsException', `Template ${name} already exists.`);
    }
    if (call.method !== 'POST' && !known)
      throw new SesRefusal(404, 'NotFoundException', `Template ${name} does not exist.`);
    if (call.method === 'GET') return jsonAnswer(200, { TemplateName: name, TemplateContent: known });
    if (call.method === 'DELETE') this.#named.delete(name);
    else if (name && body.TemplateContent) this.#named.set(name, body.TemplateContent);
    else throw badRequest('TemplateName and TemplateContent are required.');
    return jsonAnswer(200, {});
  }

  #render(text: string, inline: boolean): Render {
    const key = `${inline}${text}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    if (this.#compiled.size >= COMPILED_LIMIT) this.#compiled.clear();
    const render = this.#handlebars.compile(this.#parse(text, inline), { noEscape: true }) as Render;
    this.#compiled.set(key, render);
    return render;
  }

  /** The template with each printed variable wrapped in a helper that throws when it is absent. */
  #parse(text: string, inline: boolean): hbs.AST.Program {
    let program: hbs.AST.Program;
    try {
      program = this.#handlebars.parse(text);
    } catch (error) {
      throw badRequest(
        `The template is not valid: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    new RequiredVariables(inline).accept(program);
    return program;
  }
}

class RequiredVariables extends Handlebars.Visitor {
  readonly #inline: boolean;

  constructor(inline: boolean) {
    super();
    this.#inline = inline;
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const { path, params } = mustache;
    if (path.type !== 'PathExpression' || params.length > 0) {
      this.#refuseInline();
      return;
    }
    const printed = path as hbs.AST.PathExpression;
    const { loc } = path;
    const name: hbs.AST.StringLiteral = {
      type: 'StringLiteral',
      value: printed.original,
      original: printed.original,
      loc,
    };
    mustache.params = [printed, name];
    mustache.path = {
      type: 'PathExpression',
      data: false,
      depth: 0,
      parts: [REQUIRED],
      original: REQUIRED,
      loc,
    } as never;
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    this.#refuseInline();
    super.BlockStatement(block);
  }

  override PartialStatement(): void {
    this.#refuseInline();
  }

  override DecoratorBlock(block: hbs.AST.DecoratorBlock): void {
    this.#refuseInline();
    super.DecoratorBlock(block);
  }

  #refuseInline(): void {
    if (this.#inline)
      throw badRequest('A template given in the request may only contain simple substitutions.');
  }
}
