import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import {
  Get,
  Header,
  Inject,
  Injectable,
  Optional,
  Param,
  Redirect,
  Res,
  StreamableFile,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { notFound } from '#domain/kernel/refusal.js';
import { BlobLinks } from '#ports/system/blob-links.js';
import { Log } from '#ports/system/log.js';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';

/** Written by the build beside the compiled code. */
const PAGE = new URL('../../../../apps/console/page/', import.meta.url);

/** Nothing but files of its own; pictures that it has fetched itself; and no text ever becomes markup or a script. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Built {
  readonly page: string;
  readonly assets: ReadonlyMap<string, Buffer>;
}

/** The chat as a page, for whoever has a token of a user. The page itself holds nothing that is anybody's. */
@RestController('chat')
@Injectable()
export class ConsoleController {
  readonly #log: Log;
  readonly #links: BlobLinks | undefined;
  #built: Promise<Built> | undefined;

  constructor(@Inject(Log) log: Log, @Optional() @Inject(BlobLinks) links?: BlobLinks) {
    this.#log = log;
    this.#links = links;
  }

  /** Leads to `/chat/`. */
  @Get()
  @Public()
  @Redirect('/chat/', 308)
  withoutSlash(): void {}

  /** The chat as a page: at `/chat/`, and nothing below it. */
  @Get('*')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('cache-control', 'no-cache')
  async page(@Param('*') rest: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (rest !== '') throw notFound('page');
    if (this.#links) {
      // The page fetches files, and is led there for them.
      const policy = PAGE_POLICY.replace(
        "connect-src 'self'",
        `connect-src 'self' ${await this.#links.origin()}`,
      );
      void reply.header('content-security-policy', policy);
    }
    return (await this.#files()).page;
  }

  /** What the page is made of. Its name changes whenever its content does, so it may be kept for ever. */
  @Get('assets/:file')
  @Public({ metered: false })
  async asset(
    @Param('file') file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    // Only names that the folder has: no dots or slashes lead out of it.
    const bytes = (await this.#files()).assets.get(file);
    const type = TYPES[extname(file)];
    if (!bytes || type === undefined) throw notFound('file');
    void reply.header('cache-control', 'public, max-age=31536000, immutable');
    return new StreamableFile(bytes, { type, length: bytes.length });
  }

  async #files(): Promise<Built> {
    try {
      return await (this.#built ??= readBuilt());
    } catch (error) {
      this.#built = undefined;
      this.#log.error('console.missing', { error });
      throw notFound('page: this server was built without it');
    }
  }
}

/** Read together and once: they are few and small, and a build under a server that runs must not mix two of them. */
async function readBuilt(): Promise<Built> {
  const folder = new URL('assets/', PAGE);
  const names = await readdir(folder);
  const assets = names.map(async (name) => [name, await readFile(new URL(name, folder))] as const);
  return {
    page: await readFile(new URL('index.html', PAGE), 'utf8'),
    assets: new Map(await Promise.all(assets)),
  };
}
