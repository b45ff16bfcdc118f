import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Ids } from '#ports/system/ids.js';
import { Templates } from '#ports/templating/templates.js';
import type { ShippedTemplate } from '../model/shipped-template.js';
import type { InstalledTemplate, TemplateInstaller } from '../template-installer.facade.js';
import { CreateTemplate, CreateTemplateHandler } from './create-template.js';

@Injectable()
export class InstallTemplate implements TemplateInstaller {
  readonly #templates: Templates;
  readonly #create: CreateTemplateHandler;
  readonly #ids: Ids;

  constructor(@Inject(Templates) templates: Templates, create: CreateTemplateHandler, @Inject(Ids) ids: Ids) {
    this.#templates = templates;
    this.#create = create;
    this.#ids = ids;
  }

  async install(workspaceId: WorkspaceId, shipped: ShippedTemplate): Promise<InstalledTemplate> {
    const { content, ...about } = shipped;
    // Inspecting a template takes milliseconds, and at every start but the first all of them are here.
    const copy = await this.#templates.findByOrigin(workspaceId, shipped.origin);
    if (copy) return { id: copy.id, made: false };
    const id = this.#ids.next('tpl');
    const made = await this.#create.execute(new CreateTemplate(workspaceId, id, { ...content, ...about }));
    return { id: made.id, made: made.id === id };
  }
}
