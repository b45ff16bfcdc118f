import { Body, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { AddSuppression } from '#domain/delivery/application/add-suppression.js';
import {
  RemoveSuppression,
  type SuppressionToRemove,
} from '#domain/delivery/application/remove-suppression.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Attempt } from '../kit/attempt.js';
import { Caller } from '../kit/caller.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { AddSuppressionBody } from './suppression.body.js';
import { RemoveSuppressionsQuery, SuppressionsQuery } from './suppression.query.js';
import type { SuppressionListView, SuppressionView } from './suppression.view.js';

@RestController('v1/suppressions')
export class SuppressionsController {
  readonly #commands: CommandBus;
  readonly #suppressions: Suppressions;

  constructor(commands: CommandBus, @Inject(Suppressions) suppressions: Suppressions) {
    this.#commands = commands;
    this.#suppressions = suppressions;
  }

  /** The suppression list of the workspace, or what it says about one address. */
  @Get()
  @Scopes('suppressions:read')
  async list(@Caller() caller: Caller, @Query() query: SuppressionsQuery): Promise<SuppressionListView> {
    const address = query.email === undefined ? undefined : emailAddress(query.email, 'email');
    const page = await this.#suppressions.page(
      caller.workspaceId,
      address,
      pageRequest(query, 'suppressions'),
    );
    return pageView(page, 'suppressions', viewOf);
  }

  /**
   * Puts an address on the list: once this is answered, no send to it starts. 200 with the entry in force where it is
   * on the list already.
   */
  @Post()
  @Scopes('suppressions:write')
  async add(
    @Caller() caller: Caller,
    @Body() body: AddSuppressionBody,
    @Attempt() attempt: Attempt,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SuppressionView> {
    const id = attempt.ids.next('sup');
    const { suppression, added } = await this.#commands.execute(
      new AddSuppression(caller.workspaceId, id, body),
    );
    void reply.code(added ? 201 : 200);
    return viewOf(suppression);
  }

  /** Takes an address off the list. */
  @Delete()
  @Scopes('suppressions:write')
  @HttpCode(204)
  removeAddress(
    @Caller() caller: Caller,
    @Query() query: RemoveSuppressionsQuery,
    @Attempt() attempt: Attempt,
  ): Promise<void> {
    return this.#remove(caller, query, attempt);
  }

  /** Takes one entry off the list. */
  @Delete(':id')
  @Scopes('suppressions:write')
  @HttpCode(204)
  remove(@Caller() caller: Caller, @Param('id') id: string, @Attempt() attempt: Attempt): Promise<void> {
    return this.#remove(caller, { id }, attempt);
  }

  async #remove({ workspaceId }: Caller, which: SuppressionToRemove, { repeated }: Attempt): Promise<void> {
    const removed = await this.#commands.execute(new RemoveSuppression(workspaceId, which));
    if (removed === 0 && !repeated) throw notFound('suppression');
  }
}

function viewOf({ id, address, scope, reason, at }: Suppression): SuppressionView {
  return { id, email: address, scope, reason, createdAt: new Date(at).toISOString() };
}
