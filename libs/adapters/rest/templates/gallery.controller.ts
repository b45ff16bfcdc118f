import { Get, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { notFound } from '#domain/kernel/refusal.js';
import { CreateTemplate } from '#domain/templating/application/create-template.js';
import { Gallery, shippedCopy } from '#ports/templating/gallery.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import type { GalleryView } from './gallery.view.js';
import { templateView } from './template-views.js';
import type { TemplateView } from './template.view.js';

@RestController('v1/gallery')
export class GalleryController {
  readonly #commands: CommandBus;
  readonly #gallery: Gallery;

  constructor(commands: CommandBus, @Inject(Gallery) gallery: Gallery) {
    this.#commands = commands;
    this.#gallery = gallery;
  }

  /** The templates that come with Posthorn; all on one page. */
  @Get()
  @Scopes('templates:read')
  async list(): Promise<GalleryView> {
    const shipped = await this.#gallery.list();
    const data = shipped.map(({ key, name, description, locale }) => ({
      name: key,
      title: name,
      description,
      locale,
    }));
    return { data, page: { next: null } };
  }

  /** Copies one into the workspace. 200 with the copy as it is now, where the workspace has one already. */
  @Post(':name/install')
  @Scopes('templates:write')
  async install(
    @Caller() caller: Caller,
    @Param('name') name: string,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateView> {
    const shipped = (await this.#gallery.list()).find(({ key }) => key === name);
    if (!shipped) throw notFound('template in the gallery');
    const id = attempt.ids.next('tpl');
    const { content, ...about } = shippedCopy(shipped);
    const copy = { ...content, ...about };
    const template = await this.#commands.execute(new CreateTemplate(caller.workspaceId, id, copy));
    answer.location(`/v1/templates/${template.id}`);
    void reply.code(template.id === id ? 201 : 200);
    return templateView(template);
  }
}
