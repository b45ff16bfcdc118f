import { Body, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CreateTemplate } from '#domain/templating/application/create-template.js';
import { FindTemplate } from '#domain/templating/application/find-template.js';
import { PreviewTemplate } from '#domain/templating/application/preview-template.js';
import { SaveTemplateVersion } from '#domain/templating/application/save-template-version.js';
import { TestSendTemplate } from '#domain/templating/application/test-send-template.js';
import { Templates } from '#ports/templating/templates.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { templateSummaryView, templateView } from './template-views.js';
import { CreateTemplateBody, PreviewBody, SaveTemplateBody, TestSendBody } from './template.body.js';
import type { PreviewView, TemplateListView, TemplateView, TestSentView } from './template.view.js';

@RestController('v1/templates')
export class TemplatesController {
  readonly #commands: CommandBus;
  readonly #find: FindTemplate;
  readonly #preview: PreviewTemplate;
  readonly #templates: Templates;

  constructor(
    commands: CommandBus,
    find: FindTemplate,
    preview: PreviewTemplate,
    @Inject(Templates) templates: Templates,
  ) {
    this.#commands = commands;
    this.#find = find;
    this.#preview = preview;
    this.#templates = templates;
  }

  /** Makes a template, if it can be rendered safely. */
  @Post()
  @Scopes('templates:write')
  async create(
    @Caller() caller: Caller,
    @Body() body: CreateTemplateBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<TemplateView> {
    const id = attempt.ids.next('tpl');
    const template = await this.#commands.execute(new CreateTemplate(caller.workspaceId, id, body));
    answer.location(`/v1/templates/${template.id}`);
    return templateView(template);
  }

  /** All templates, the newest first, without what they say. */
  @Get()
  @Scopes('templates:read')
  async list(@Caller() caller: Caller, @Query() query: PageQuery): Promise<TemplateListView> {
    const page = await this.#templates.page(caller.workspaceId, pageRequest(query, 'templates'));
    return pageView(page, 'templates', templateSummaryView);
  }

  /** One template, with what its current version says. */
  @Get(':id')
  @Scopes('templates:read')
  async read(@Caller() caller: Caller, @Param('id') id: string): Promise<TemplateView> {
    return templateView(await this.#find.run(caller.workspaceId, id));
  }

  /**
   * Saves the next version. What is under way already goes out with the version it was started with. Saving what is
   * current already makes no new version.
   */
  @Put(':id')
  @Scopes('templates:write')
  async save(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Body() body: SaveTemplateBody,
  ): Promise<TemplateView> {
    return templateView(await this.#commands.execute(new SaveTemplateVersion(caller.workspaceId, id, body)));
  }

  /** Renders the current version, sending nothing. */
  @Post(':id/preview')
  @Scopes('templates:read')
  @HttpCode(200)
  async preview(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Body() body: PreviewBody,
  ): Promise<PreviewView> {
    const { subject, html, text } = await this.#preview.run(caller.workspaceId, id, body.data ?? {});
    return { subject: subject ?? null, html: html ?? null, text: text ?? null };
  }

  /** Sends the current version to one address. Needs the right to send, not only to write templates. */
  @Post(':id/test-send')
  @Scopes('deliveries:write')
  @HttpCode(202)
  async testSend(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Body() { to, from, data = {} }: TestSendBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<TestSentView> {
    const { workspaceId } = caller;
    const mail = { to, data, ...(from !== undefined && { from }) };
    const { deliveryId } = await this.#commands.execute(
      new TestSendTemplate(workspaceId, attempt.ids.next('tst'), id, mail),
    );
    answer.location(`/v1/deliveries/${deliveryId}`);
    return { id: deliveryId, status: 'pending' };
  }
}
