import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ShippedTemplate } from './model/shipped-template.js';

export interface InstalledTemplate {
  readonly id: string;
  /** False where the workspace had it already. */
  readonly made: boolean;
}

/** For a context that brings templates of its own. */
export interface TemplateInstaller {
  /**
   * The workspace's copy of a template, made if there is none. One that is there is left as it is, whatever became of it.
   * Of many callers at once one makes it, and all are told the same id.
   * @throws Refusal what creating such a template throws: `validation_failed` where its channel is none of this deployment
   */
  install(workspaceId: WorkspaceId, template: ShippedTemplate): Promise<InstalledTemplate>;
}
export const TemplateInstaller = Symbol('TemplateInstaller');
