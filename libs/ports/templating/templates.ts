import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Template, TemplateVersion } from '#domain/templating/model/template.js';

/** What a new version changes of its template. */
export interface TemplateRevision {
  readonly name: string;
  readonly locale: string;
}

/**
 * Templates and all their versions.
 *
 * Guarantees: a template and its first version are inserted together or not at all, as are a version and the
 * template's step to it: no reader ever finds a current version that cannot be read. A version never changes and never
 * goes away, so a message under way renders the same for ever. Every call sees one workspace only: another one's
 * template is as absent as one that never was. Reads see what was committed before they were asked.
 * If versions could change, a message asked for again after a crash would carry other bytes than it did at first.
 */
export interface Templates {
  /**
   * Answers `exists`, having changed nothing, if the id is taken (a request repeated after a crash inserts again) or
   * the workspace has a template of that origin (so two first starts at once install a gallery once).
   */
  insert(template: Template, first: TemplateVersion): Promise<'inserted' | 'exists'>;
  /**
   * Adds `next` and makes it current, provided that the version before it is current still; otherwise `conflict` and
   * nothing has changed. Of two writers that read the same version one wins.
   */
  saveVersion(next: TemplateVersion, revision: TemplateRevision): Promise<'saved' | 'conflict' | 'missing'>;
  find(workspaceId: WorkspaceId, id: string): Promise<Template | undefined>;
  findVersion(workspaceId: WorkspaceId, id: string, version: number): Promise<TemplateVersion | undefined>;
  /** The template of that origin, if the workspace has it. */
  findByOrigin(workspaceId: WorkspaceId, origin: string): Promise<Template | undefined>;
  /** In the order of their ids, newest first, without their contents. The cursor is the id of the last one shown. */
  page(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<Template>>;
}
export const Templates = Symbol('Templates');
