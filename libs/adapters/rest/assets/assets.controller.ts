import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Get, Header, Inject, Param, StreamableFile } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import { RestController } from '../kit/rest-controller.js';
import { Public } from '../kit/route.js';
import { GalleryPictures } from './gallery-pictures.js';

const PICTURE = /^[a-z0-9-]{1,64}\.png$/;

/** Pictures that mails show. Mail clients fetch them without a key, and keep them. */
@RestController('assets')
export class AssetsController {
  readonly #folder: URL;

  constructor(@Inject(GalleryPictures) folder: URL) {
    this.#folder = folder;
  }

  /** A picture of a gallery template. */
  @Get('gallery/:file')
  @Public({ metered: false })
  @Header('content-type', 'image/png')
  @Header('cache-control', 'public, max-age=604800')
  @Header('cross-origin-resource-policy', 'cross-origin')
  async picture(@Param('file') file: string): Promise<StreamableFile> {
    // Only names of our own making: no dots or slashes lead out of the folder.
    const path = PICTURE.test(file) ? new URL(file, this.#folder) : undefined;
    const found = path && (await stat(path).catch(() => undefined));
    if (!path || !found?.isFile()) throw notFound('picture');
    return new StreamableFile(createReadStream(path), { length: found.size });
  }
}
