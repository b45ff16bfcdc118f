import { Readable } from 'node:stream';
import { Body, Get, Header, HttpCode, Inject, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { StartImport } from '#domain/campaign/application/start-import.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { type Import, type ImportId, progressOf } from '#domain/campaign/model/import.js';
import { Imports } from '#ports/campaign/imports.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes, Takes } from '../kit/route.js';
import { ImportQuery } from './import.query.js';
import type { ImportView } from './import.view.js';

const FAULTS_AT_ONCE = 500;

@RestController('v1')
export class ImportsController {
  readonly #start: StartImport;
  readonly #imports: Imports;

  constructor(start: StartImport, @Inject(Imports) imports: Imports) {
    this.#start = start;
    this.#imports = imports;
  }

  /**
   * Takes a CSV of any size. Its first line names the columns: `email` is needed, `name`, `locale` and `timezone` are known,
   * every other becomes an attribute. Answered when the file is stored; the rows are read afterwards.
   */
  @Post('subscribers/import')
  @Scopes('subscribers:write')
  @Takes('csv')
  @HttpCode(202)
  async start(
    @Caller() { workspaceId }: Caller,
    @Query() query: ImportQuery,
    @Body() csv: unknown,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<ImportView> {
    if (!(csv instanceof Readable)) throw new Refusal('unsupported_media_type', 'Send the file as text/csv.');
    const id = attempt.ids.next('imp') as string as ImportId;
    const started = await this.#start.execute(workspaceId, id, query.listId as ListId | undefined, csv);
    answer.location(`/v1/imports/${id}`);
    return viewOf(started);
  }

  /** How far an import is. */
  @Get('imports/:id')
  @Scopes('subscribers:read')
  async find(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<ImportView> {
    return viewOf(await this.#find(workspaceId, id));
  }

  /** The rejected records as CSV, in the order of their lines. */
  @Get('imports/:id/errors')
  @Scopes('subscribers:read')
  @Header('content-type', 'text/csv; charset=utf-8')
  async errors(@Caller() { workspaceId }: Caller, @Param('id') id: string): Promise<StreamableFile> {
    const found = await this.#find(workspaceId, id);
    return new StreamableFile(Readable.from(this.#faultLines(found.id)));
  }

  async *#faultLines(id: ImportId): AsyncGenerator<string> {
    yield 'line,code,detail\r\n';
    for (let after = 0; ;) {
      const faults = await this.#imports.faults(id, after, FAULTS_AT_ONCE);
      for (const { line, code, detail } of faults)
        yield `${line},${code},"${detail.replaceAll('"', '""')}"\r\n`;
      const last = faults.at(-1);
      if (!last || faults.length < FAULTS_AT_ONCE) return;
      after = last.line;
    }
  }

  async #find(workspaceId: Caller['workspaceId'], id: string): Promise<Import> {
    const found = await this.#imports.find(workspaceId, id as ImportId);
    if (!found) throw notFound('import');
    return found;
  }
}

function viewOf(one: Import): ImportView {
  const { id, status, rows, created, updated, rejected, reason = null, createdAt, finishedAt } = one;
  return {
    id,
    status,
    rows,
    created,
    updated,
    rejected,
    progress: progressOf(one),
    reason,
    errorsUrl: rejected > 0 ? `/v1/imports/${id}/errors` : null,
    createdAt: new Date(createdAt).toISOString(),
    finishedAt: finishedAt === undefined ? null : new Date(finishedAt).toISOString(),
  };
}
