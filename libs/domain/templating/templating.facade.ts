import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { TemplateVariable } from './model/template.js';

/** What another context has to know to send a template. */
export interface CurrentTemplate {
  /** Freeze it: the version says for ever what it says now. */
  readonly version: number;
  /** Whoever sends by another refuses the template. */
  readonly channel: string;
  /** False for a template that needs a subject given with the message. */
  readonly hasSubject: boolean;
  /** Source of its text part, where it has one: on some channels its first line says how it may be sent. */
  readonly text?: string;
  readonly variables: readonly TemplateVariable[];
}

/** What the rest of Posthorn may ask of templating. Rendering has ports of its own, `Renderer` and `TrialRenderer`. */
export interface TemplatingFacade {
  /** The current version; undefined if the workspace has no such template. */
  current(workspaceId: WorkspaceId, templateId: string): Promise<CurrentTemplate | undefined>;

  /**
   * Checks a subject that is to stand in for a template's own, expressions and all.
   * @throws Refusal `header_injection` | `template_*`, pointing at `/subject`
   */
  checkSubject(subject: unknown): Promise<void>;
}
export const TemplatingFacade = Symbol('TemplatingFacade');
