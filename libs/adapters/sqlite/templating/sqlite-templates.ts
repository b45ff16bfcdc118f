import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type {
  Template,
  TemplateId,
  TemplateVariable,
  TemplateVersion,
} from '#domain/templating/model/template.js';
import type { TemplateRevision, Templates } from '#ports/templating/templates.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import type { SqlParams } from '../engine/store.js';
import { type TemplateRow, templatesStore, type VersionRow } from './templates-store.js';

export class SqliteTemplates implements Templates {
  readonly #calls: StoreCalls<typeof templatesStore.writes, typeof templatesStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(templatesStore);
  }

  insert(template: Template, first: TemplateVersion): Promise<'inserted' | 'exists'> {
    return this.#calls.write('insert', {
      template: { ...template, origin: template.origin ?? null },
      first: versionParams(first),
    });
  }

  saveVersion(
    next: TemplateVersion,
    { name, locale }: TemplateRevision,
  ): Promise<'saved' | 'conflict' | 'missing'> {
    const { workspaceId, templateId: id, version, createdAt: at } = next;
    return this.#calls.write('saveVersion', {
      step: { workspaceId, id, version, name, locale, at },
      next: versionParams(next),
    });
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<Template | undefined> {
    // One row by its key keeps nobody waiting, and may be what a code is to be made of.
    const row = await this.#calls.read('find', { workspaceId, id }, { urgent: true });
    return row && templateFrom(row);
  }

  async findByOrigin(workspaceId: WorkspaceId, origin: string): Promise<Template | undefined> {
    const row = await this.#calls.read('findByOrigin', { workspaceId, origin });
    return row && templateFrom(row);
  }

  async findVersion(
    workspaceId: WorkspaceId,
    id: string,
    version: number,
  ): Promise<TemplateVersion | undefined> {
    const row = await this.#calls.read('findVersion', { workspaceId, id, version });
    return row && versionFrom(row);
  }

  async page(workspaceId: WorkspaceId, { limit, after = '' }: PageRequest): Promise<Page<Template>> {
    const rows = await this.#calls.read('page', { workspaceId, after, limit: limit + 1 });
    const data = rows.slice(0, limit).map(templateFrom);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }
}

function versionParams({
  workspaceId,
  templateId,
  version,
  content,
  locale,
  createdAt,
}: TemplateVersion): SqlParams {
  return {
    workspaceId,
    templateId,
    version,
    locale,
    subject: content.subject ?? null,
    html: content.html ?? null,
    text: content.text ?? null,
    variables: JSON.stringify(content.variables),
    createdAt,
  };
}

function templateFrom(row: TemplateRow): Template {
  return {
    id: row.id as TemplateId,
    workspaceId: row.workspace_id as WorkspaceId,
    name: row.name,
    channel: row.channel,
    locale: row.locale,
    currentVersion: row.current_version,
    ...(row.origin !== null && { origin: row.origin }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function versionFrom(row: VersionRow): TemplateVersion {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    templateId: row.template_id as TemplateId,
    version: row.version,
    content: {
      ...(row.subject !== null && { subject: row.subject }),
      ...(row.html !== null && { html: row.html }),
      ...(row.text !== null && { text: row.text }),
      variables: JSON.parse(row.variables) as TemplateVariable[],
    },
    locale: row.locale,
    createdAt: row.created_at,
  };
}
