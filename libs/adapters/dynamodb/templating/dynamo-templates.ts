import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Template, TemplateContent, TemplateVersion } from '#domain/templating/model/template.js';
import type { TemplateRevision, Templates } from '#ports/templating/templates.js';
import { MOST_BYTES_AT_ONCE } from '../engine/batches.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { pageByKey } from '../engine/key-pages.js';
import { key, type Key } from '../engine/keys.js';
import { packed, unpacked } from '../engine/packed-text.js';

interface TemplateItem extends Key, Template {}

/** The content of a version is packed; what does not fit into the first item goes on in the next ones. */
interface VersionItem extends Key {
  readonly locale?: string;
  readonly createdAt?: number;
  readonly piece: Uint8Array;
}

/** Items of a version: the largest template there may be takes ten, even if it is noise. */
const MOST_PIECES = 12;

export class DynamoTemplates implements Templates {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async insert(template: Template, first: TemplateVersion): Promise<'inserted' | 'exists'> {
    const { workspaceId, id, origin } = template;
    const absent = when`attribute_not_exists(pk)`;
    const known: Write[] = [{ kind: 'put', item: { ...placeOf(workspaceId, id), ...template }, if: absent }];
    if (origin !== undefined)
      known.push({ kind: 'put', item: { ...originOf(workspaceId, origin), id }, if: absent });
    const inserted = await this.#table.transact([...known, ...(await writesOf(first))]);
    return inserted.kind === 'done' ? 'inserted' : 'exists';
  }

  async saveVersion(
    next: TemplateVersion,
    { name, locale }: TemplateRevision,
  ): Promise<'saved' | 'conflict' | 'missing'> {
    const { workspaceId, templateId, version, createdAt } = next;
    const step: Write = {
      kind: 'update',
      key: placeOf(workspaceId, templateId),
      change: fields({ name, locale, currentVersion: version, updatedAt: createdAt }),
      if: when`#currentVersion = ${version - 1}`,
    };
    const saved = await this.#table.transact([step, ...(await writesOf(next))]);
    if (saved.kind === 'done') return 'saved';
    return (await this.find(workspaceId, templateId)) ? 'conflict' : 'missing';
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<Template | undefined> {
    const item = await this.#table.get<TemplateItem>(placeOf(workspaceId, id));
    return item && templateOf(item);
  }

  async findByOrigin(workspaceId: WorkspaceId, origin: string): Promise<Template | undefined> {
    const found = await this.#table.get<{ id: string }>(originOf(workspaceId, origin));
    return found && this.find(workspaceId, found.id);
  }

  async findVersion(
    workspaceId: WorkspaceId,
    templateId: string,
    version: number,
  ): Promise<TemplateVersion | undefined> {
    const pk = partitionOf(workspaceId, templateId, version);
    const items = await this.#table.list<VersionItem>({ pk, limit: MOST_PIECES + 1 });
    const [first] = items;
    if (first?.locale === undefined || first.createdAt === undefined) return undefined;
    const { locale, createdAt } = first;
    const content = JSON.parse(await unpacked(items.map(({ piece }) => piece))) as TemplateContent;
    const id = templateId as TemplateVersion['templateId'];
    return { workspaceId, templateId: id, version, content, locale, createdAt };
  }

  page(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<Template>> {
    const pages = { table: this.#table, pk: listOf(workspaceId), descending: true };
    const nameOf = ({ id }: TemplateItem): string => id;
    return pageByKey<TemplateItem>({ ...pages, nameOf }, request).then(({ data, next }) => ({
      data: data.map(templateOf),
      next,
    }));
  }
}

const listOf = (workspaceId: string): string => key('TEMPLATE', workspaceId);
const placeOf = (workspaceId: string, id: string): Key => ({ pk: listOf(workspaceId), sk: key(id) });

function originOf(workspaceId: string, origin: string): Key {
  return { pk: key('TEMPLATEORIGIN', workspaceId, origin), sk: 'TEMPLATE' };
}

function partitionOf(workspaceId: string, id: string, version: number): string {
  return key('TEMPLATEVERSION', workspaceId, id, version);
}

/** Never over one that is there: what was sent as this version was this. */
async function writesOf(one: TemplateVersion): Promise<Write[]> {
  const { workspaceId, templateId, version, content, locale, createdAt } = one;
  const pieces = await packed(JSON.stringify(content));
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  if (bytes > MOST_BYTES_AT_ONCE || pieces.length > MOST_PIECES)
    throw new Refusal('template_too_large', 'The template is too large to be kept.');
  const pk = partitionOf(workspaceId, templateId, version);
  return pieces.map((piece, at) => ({
    kind: 'put',
    item: { pk, sk: key(at), piece, ...(at === 0 && { locale, createdAt }) },
    if: when`attribute_not_exists(pk)`,
  }));
}

function templateOf(item: TemplateItem): Template {
  const { id, workspaceId, name, channel, locale, currentVersion, origin, createdAt, updatedAt } = item;
  const known = { id, workspaceId, name, channel, locale, currentVersion, createdAt, updatedAt };
  return { ...known, ...(origin !== undefined && { origin }) };
}
