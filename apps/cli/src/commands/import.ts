import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ImportView } from '#adapters/rest/imports/import.view.js';
import type { ListView } from '#adapters/rest/lists/list.view.js';
import type { ApiClient } from '../api/api-client.js';
import { ApiTrouble } from '../api/api-trouble.js';
import { find, type Named } from '../api/find-one.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import { progressBar } from '../terminal/progress-bar.js';
import { bytes, count, counted, duration, percent, plain } from '../terminal/words.js';
import { cannotRead, Trouble } from '../trouble.js';
import { showRejected } from './rejected-rows.js';

const LOOK_EVERY_MS = 250;
/** A server that is being restarted reads on where it was: without an answer we wait this long (ms). */
const PATIENCE_MS = 60_000;

export interface ImportOptions {
  /** `-` for the standard input. */
  readonly file: string;
  readonly list: string;
}

export async function importFile(context: CommandContext, { file, list }: ImportOptions): Promise<ExitCode> {
  const { client, terminal, clock, json, onInterrupt } = context;
  const began = clock.monotonic();
  const size = await sizeOf(file);
  const target = await findOrMake(client, list);
  const started = await upload(context, file, size, target);
  onInterrupt(() => {
    terminal.settle();
    if (!json) terminal.print(`The server has the file and reads on: GET /v1/imports/${started.id}`);
  });
  const finished = await untilFinished(context, started, file);
  terminal.clear();
  if (json) {
    terminal.print(JSON.stringify({ ...finished, list: target }));
    return finished.status === 'failed' ? 1 : 0;
  }
  if (finished.status === 'failed')
    throw new Trouble(`The file was not imported: ${plain(finished.reason ?? '')}`);
  const { rows, created, updated, rejected } = finished;
  terminal.print(
    `Imported ${nameOf(file)} into ${plain(target.name)} (${target.id}) in ${duration(clock.monotonic() - began)}.`,
  );
  terminal.print(
    `${counted(rows, 'row')} = ${count(created)} created + ${count(updated)} updated + ${count(rejected)} rejected`,
  );
  await showRejected(context, finished, file);
  return 0;
}

async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined;
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Trouble(`${file} is a folder, not a file.`);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (error instanceof Trouble) throw error;
    throw cannotRead(file, error);
  }
}

async function findOrMake(client: ApiClient, list: string): Promise<Named> {
  return (await find(client, 'list', list)) ?? client.post<ListView>('/v1/lists', { name: list });
}

async function upload(
  { client, terminal, json }: CommandContext,
  file: string,
  size: number | undefined,
  list: Named,
): Promise<ImportView> {
  let sent = 0;
  const source = file === '-' ? process.stdin : createReadStream(file);
  const counting = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      yield chunk;
      sent += chunk.length;
      if (json) continue;
      const share = size === undefined ? undefined : sent / Math.max(1, size);
      const words = `sending ${nameOf(file)}, ${bytes(sent)}${size === undefined ? '' : ` of ${bytes(size)}`}`;
      terminal.live([
        share === undefined ? words : `${progressBar(terminal, share, words.length + 3)}  ${words}`,
      ]);
    }
  };
  try {
    return await client.upload<ImportView>(
      `/v1/subscribers/import?listId=${list.id}`,
      'text/csv',
      counting(),
    );
  } catch (error) {
    const lost = error instanceof ApiTrouble && error.status === 0;
    if (!lost) throw error;
    throw new ApiTrouble(`${error.message} Nothing was imported.`, {
      status: 0,
      hint: 'Run the command again.',
    });
  }
}

async function untilFinished(
  context: CommandContext,
  started: ImportView,
  file: string,
): Promise<ImportView> {
  const { client, clock } = context;
  let heardAt = clock.monotonic();
  for (let now = started; ;) {
    show(context, now, file);
    if (now.status === 'finished' || now.status === 'failed') return now;
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
    try {
      now = await client.get<ImportView>(`/v1/imports/${started.id}`);
      heardAt = clock.monotonic();
    } catch (error) {
      const passing = error instanceof ApiTrouble && error.passing;
      if (!passing || clock.monotonic() - heardAt > PATIENCE_MS) throw error;
    }
  }
}

function show(
  { terminal, json }: CommandContext,
  { progress, rows, rejected }: ImportView,
  file: string,
): void {
  if (json) return;
  const words = `${percent(progress)}  reading ${nameOf(file)}, ${counted(rows, 'row')}${rejected > 0 ? `, ${count(rejected)} rejected` : ''}`;
  terminal.live([`${progressBar(terminal, progress, words.length + 3)}  ${words}`]);
}

function nameOf(file: string): string {
  return file === '-' ? 'the standard input' : plain(basename(file));
}
