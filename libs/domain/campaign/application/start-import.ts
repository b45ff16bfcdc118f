import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { Import, ImportId } from '#domain/campaign/model/import.js';
import { Imports } from '#ports/campaign/imports.js';
import { Lists } from '#ports/campaign/lists.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { CampaignWork } from './campaign-work.js';

@Injectable()
export class StartImport {
  readonly #imports: Imports;
  readonly #lists: Lists;
  readonly #blobs: Blobs;
  readonly #clock: Clock;
  readonly #work: CampaignWork;

  constructor(
    @Inject(Imports) imports: Imports,
    @Inject(Lists) lists: Lists,
    @Inject(Blobs) blobs: Blobs,
    @Inject(Clock) clock: Clock,
    work: CampaignWork,
  ) {
    this.#imports = imports;
    this.#lists = lists;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#work = work;
  }

  /**
   * Stores the file durably, then the import that will read it. If the process dies between the two the caller has no
   * answer and sends the file again under the same id.
   * @throws Refusal `not_found` for a list that is not the workspace's, `validation_failed` for an empty file
   */
  async execute(
    workspaceId: WorkspaceId,
    id: ImportId,
    listId: ListId | undefined,
    csv: AsyncIterable<Uint8Array>,
  ): Promise<Import> {
    if (listId !== undefined && !(await this.#lists.find(workspaceId, listId))) throw notFound('list');
    const known = await this.#imports.find(workspaceId, id);
    if (known) return known;
    const { bytes } = await this.#blobs.put(id, csv);
    if (bytes === 0) {
      await this.#blobs.remove(id);
      throw new Refusal('validation_failed', 'The file is empty.');
    }
    const queued: Import = {
      id,
      workspaceId,
      listIds: listId === undefined ? [] : [listId],
      blob: id,
      status: 'queued',
      bytes,
      checkpoint: { offset: 0, line: 1 },
      rows: 0,
      created: 0,
      updated: 0,
      rejected: 0,
      createdAt: this.#clock.now(),
    };
    await this.#imports.insert(queued);
    this.#work.importsMayGoOn();
    return queued;
  }
}
