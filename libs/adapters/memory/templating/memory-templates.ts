import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { Template, TemplateVersion } from '#domain/templating/model/template.js';
import type { TemplateRevision, Templates } from '#ports/templating/templates.js';

export class MemoryTemplates implements Templates {
  readonly #templates = new Map<string, Template>();
  readonly #versions = new Map<string, TemplateVersion>();

  insert(template: Template, first: TemplateVersion): Promise<'inserted' | 'exists'> {
    const { workspaceId, id, origin } = template;
    const taken =
      this.#templates.has(keyOf(workspaceId, id)) || this.#ofOrigin(workspaceId, origin) !== undefined;
    if (taken) return Promise.resolve('exists');
    this.#templates.set(keyOf(workspaceId, id), template);
    this.#keep(first);
    return Promise.resolve('inserted');
  }

  saveVersion(next: TemplateVersion, revision: TemplateRevision): Promise<'saved' | 'conflict' | 'missing'> {
    const key = keyOf(next.workspaceId, next.templateId);
    const template = this.#templates.get(key);
    if (!template) return Promise.resolve('missing');
    if (template.currentVersion !== next.version - 1) return Promise.resolve('conflict');
    const { name, locale } = revision;
    this.#templates.set(key, {
      ...template,
      name,
      locale,
      currentVersion: next.version,
      updatedAt: next.createdAt,
    });
    this.#keep(next);
    return Promise.resolve('saved');
  }

  find(workspaceId: WorkspaceId, id: string): Promise<Template | undefined> {
    return Promise.resolve(this.#templates.get(keyOf(workspaceId, id)));
  }

  findVersion(workspaceId: WorkspaceId, id: string, version: number): Promise<TemplateVersion | undefined> {
    return Promise.resolve(this.#versions.get(keyOf(workspaceId, id, version)));
  }

  findByOrigin(workspaceId: WorkspaceId, origin: string): Promise<Template | undefined> {
    return Promise.resolve(this.#ofOrigin(workspaceId, origin));
  }

  page(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<Template>> {
    const ours = [...this.#templates.values()].filter((one) => one.workspaceId === workspaceId);
    const rest = ours
      .filter(({ id }) => after === undefined || id < after)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = rest.slice(0, limit);
    return Promise.resolve({ data, next: rest.length > limit ? (data.at(-1)?.id ?? null) : null });
  }

  #ofOrigin(workspaceId: WorkspaceId, origin: string | undefined): Template | undefined {
    if (origin === undefined) return undefined;
    return [...this.#templates.values()].find(
      (one) => one.workspaceId === workspaceId && one.origin === origin,
    );
  }

  /** A copy, as a database would keep it: what the caller does to his own afterwards is his affair. */
  #keep(version: TemplateVersion): void {
    this.#versions.set(
      keyOf(version.workspaceId, version.templateId, version.version),
      structuredClone(version),
    );
  }
}

function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join('\n');
}
