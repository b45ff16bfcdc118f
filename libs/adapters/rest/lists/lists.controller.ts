import { Body, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import type { List } from '#domain/campaign/model/subscriber.js';
import { Lists } from '#ports/campaign/lists.js';
import { Clock } from '#ports/system/clock.js';
import { Answer } from '../kit/answer.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { PageQuery } from '../kit/page.query.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { CreateListBody } from './list.body.js';
import type { ListListView, ListView } from './list.view.js';

@RestController('v1/lists')
export class ListsController {
  readonly #lists: Lists;
  readonly #clock: Clock;

  constructor(@Inject(Lists) lists: Lists, @Inject(Clock) clock: Clock) {
    this.#lists = lists;
    this.#clock = clock;
  }

  /** Makes a list. Names may repeat; the id tells lists apart. */
  @Post()
  @Scopes('subscribers:write')
  async create(
    @Caller() { workspaceId }: Caller,
    @Body() { name }: CreateListBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<ListView> {
    const id = attempt.ids.next('lst') as string as ListId;
    await this.#lists.insert({ id, workspaceId, name, createdAt: this.#clock.now() });
    answer.location(`/v1/lists/${id}`);
    return this.find({ workspaceId } as Caller, id);
  }

  /** All lists, the oldest first. */
  @Get()
  @Scopes('subscribers:read')
  async list(@Caller() caller: Caller, @Query() query: PageQuery): Promise<ListListView> {
    return pageView(await this.#lists.page(caller.workspaceId, pageRequest(query, 'lists')), 'lists', viewOf);
  }

  /** One list. */
  @Get(':id')
  @Scopes('subscribers:read')
  async find(@Caller() caller: Caller, @Param('id') id: string): Promise<ListView> {
    const list = await this.#lists.find(caller.workspaceId, id as ListId);
    if (!list) throw notFound('list');
    return viewOf(list);
  }
}

function viewOf({ id, name, createdAt }: List): ListView {
  return { id, name, createdAt: new Date(createdAt).toISOString() };
}
