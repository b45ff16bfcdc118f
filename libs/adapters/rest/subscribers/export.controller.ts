import { Readable } from 'node:stream';
import { Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ExportSubscribers } from '#domain/campaign/application/export-subscribers.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { ExportQuery } from './export.query.js';

@RestController('v1/subscribers')
export class ExportController {
  readonly #export: ExportSubscribers;

  constructor(exportSubscribers: ExportSubscribers) {
    this.#export = exportSubscribers;
  }

  /**
   * Everybody, or everybody on one list, as a CSV that an import takes back; streamed, however many they are. What a
   * spreadsheet would take for a formula begins with a single quote.
   */
  @Get('export')
  @Scopes('subscribers:read')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="subscribers.csv"')
  async download(
    @Caller() { workspaceId }: Caller,
    @Query() { listId }: ExportQuery,
  ): Promise<StreamableFile> {
    const chunks = this.#export.execute(workspaceId, listId as ListId | undefined);
    // The first is read before anything is answered: an unknown list is a 404, and not a file that breaks off.
    const first = await chunks.next();
    return new StreamableFile(Readable.from(joined(first.value ?? '', chunks), { objectMode: false }));
  }
}

async function* joined(first: string, rest: AsyncIterable<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for await (const chunk of rest) yield Buffer.from(chunk);
}
