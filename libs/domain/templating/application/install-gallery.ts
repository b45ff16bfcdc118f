import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Channels } from '#ports/delivery/channels.js';
import { Gallery, shippedCopy } from '#ports/templating/gallery.js';
import { TemplateInstaller } from '../template-installer.facade.js';

/** Copies the gallery into a workspace, where its templates are anybody's to change. */
@Injectable()
export class InstallGallery {
  readonly #gallery: Gallery;
  readonly #installer: TemplateInstaller;
  readonly #channels: Channels;

  constructor(
    @Inject(Gallery) gallery: Gallery,
    @Inject(TemplateInstaller) installer: TemplateInstaller,
    @Inject(Channels) channels: Channels,
  ) {
    this.#gallery = gallery;
    this.#installer = installer;
    this.#channels = channels;
  }

  /**
   * What the workspace has a copy of already is left as it is, whatever became of it, so this may run at every start.
   * Answers how many were missing.
   */
  async run(workspaceId: WorkspaceId): Promise<number> {
    let installed = 0;
    for (const shipped of (await this.#gallery.list()).map(shippedCopy)) {
      // Who sends text messages only has no use for mails, and is not to be kept from starting by them.
      if (!this.#channels.find(shipped.channel)) continue;
      if ((await this.#installer.install(workspaceId, shipped)).made) installed++;
    }
    return installed;
  }
}
