import { plainText, type Text } from '#domain/kernel/text.js';

export interface Rendered {
  readonly subject: string;
  readonly html: Text | undefined;
  readonly text: Text | undefined;
}

/** The same with its parts put together, to be looked at. */
export interface PlainRendered extends Rendered {
  readonly html: string | undefined;
  readonly text: string | undefined;
}

export function plainRendered({ subject, html, text }: Rendered): PlainRendered {
  return { subject, html: html && plainText(html), text: text && plainText(text) };
}

export interface RenderContext {
  /** The recipient's own variables. */
  readonly recipient: Readonly<Record<string, unknown>>;
  /** Variables shared by the whole dispatch; the recipient's win. */
  readonly shared: Readonly<Record<string, unknown>>;
  /** Variables made by the platform (`unsubscribeUrl`, …); they win over everything. */
  readonly platform: Readonly<Record<string, string>>;
}

/** A template version made ready once and rendered many times. */
export interface PreparedTemplate {
  /**
   * Same input, same bytes: a call that is asked again must carry what it carried first. A part may come in pieces; then
   * `fixed` is one array for all its renderings.
   * @throws Refusal `missing_variable` | `render_too_large` | `unsafe_url` | `header_injection`, naming what is at fault
   */
  render(context: RenderContext): Rendered;
  /** Whether the variable is looked at: what takes time to make is made for those alone that show it. */
  uses(name: string): boolean;
}

/**
 * Makes templates ready to render.
 *
 * Guarantees: a version is immutable, so a prepared one stays true for ever and is cached. Nothing in a template
 * can reach the process, the prototype chain, another recipient or the network; rendering is bounded in time and size.
 * @throws Refusal `not_found` if the workspace has no such version
 */
export interface Renderer {
  prepare(
    workspaceId: string,
    templateId: string,
    version: number,
    subjectOverride?: string,
  ): Promise<PreparedTemplate>;
}
export const Renderer = Symbol('Renderer');
