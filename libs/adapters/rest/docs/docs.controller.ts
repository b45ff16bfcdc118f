import { readFile } from 'node:fs/promises';
import { Get, Header, Inject, Injectable } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import { Log } from '#ports/system/log.js';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';
import { docsPage } from './docs-page.js';
import type { OpenApiDocument } from './openapi-document.js';

/** Written by the build beside the compiled code. */
const DOCUMENT = new URL('../../../../openapi.json', import.meta.url);
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** The description of this API, for machines and for people. */
@RestController('')
@Injectable()
export class DocsController {
  readonly #log: Log;
  #document: Promise<string> | undefined;
  #page: Promise<string> | undefined;

  constructor(@Inject(Log) log: Log) {
    this.#log = log;
  }

  /** This API as OpenAPI 3.1. */
  @Get('openapi.json')
  @Public()
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'public, max-age=300')
  openapi(): Promise<string> {
    // Read when first asked for, as most processes never are.
    return (this.#document ??= this.#read());
  }

  /** This API as a page to read. */
  @Get('docs')
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('cache-control', 'public, max-age=300')
  docs(): Promise<string> {
    return (this.#page ??= this.openapi().then((text) => docsPage(JSON.parse(text) as OpenApiDocument)));
  }

  async #read(): Promise<string> {
    try {
      return await readFile(DOCUMENT, 'utf8');
    } catch (error) {
      this.#log.error('docs.missing', { error });
      this.#document = undefined;
      this.#page = undefined;
      throw notFound('document: this server was built without it');
    }
  }
}
