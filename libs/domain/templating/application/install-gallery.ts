import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Ids } from '#ports/system/ids.js';
import { Gallery } from '#ports/templating/gallery.js';
import { Templates } from '#ports/templating/templates.js';
import { CreateTemplate, CreateTemplateHandler } from './create-template.js';

/** Copies the gallery into a workspace, where its templates are anybody's to change. */
@Injectable()
export class InstallGallery {
  readonly #gallery: Gallery;
  readonly #templates: Templates;
  readonly #create: CreateTemplateHandler;
  readonly #ids: Ids;

  constructor(
    @Inject(Gallery) gallery: Gallery,
    @Inject(Templates) templates: Templates,
    create: CreateTemplateHandler,
    @Inject(Ids) ids: Ids,
  ) {
    this.#gallery = gallery;
    this.#templates = templates;
    this.#create = create;
    this.#ids = ids;
  }

  /**
   * What the workspace has a copy of already is left as it is, whatever became of it, so this may run at every start.
   * Answers how many were missing.
   */
  async run(workspaceId: WorkspaceId): Promise<number> {
    let installed = 0;
    for (const { key, name, locale, content } of await this.#gallery.list()) {
      const origin = `gallery:${key}`;
      if (await this.#templates.findByOrigin(workspaceId, origin)) continue;
      const template = { ...content, name, locale, origin };
      await this.#create.execute(new CreateTemplate(workspaceId, this.#ids.next('tpl'), template));
      installed++;
    }
    return installed;
  }
}
