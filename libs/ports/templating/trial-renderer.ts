import type { PlainRendered, RenderContext } from './renderer.js';

/**
 * Renders one version of a template once, for somebody who waits to see it: a preview, a test before it is sent.
 *
 * Guarantees: it makes what the Renderer makes, and refuses what that refuses. However large the template and whatever the
 * data, whoever else the asking thread serves is not kept waiting meanwhile; only those who ask for a trial may be, for as
 * long as the trials before theirs take.
 * @throws Refusal `not_found` if the workspace has no such version; `missing_variable` | `render_too_large` | `unsafe_url` |
 *   `header_injection`, naming what is at fault
 */
export interface TrialRenderer {
  render(
    workspaceId: string,
    templateId: string,
    version: number,
    context: RenderContext,
  ): Promise<PlainRendered>;
}
export const TrialRenderer = Symbol('TrialRenderer');
