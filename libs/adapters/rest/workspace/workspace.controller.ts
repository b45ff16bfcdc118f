import { Get, Inject } from '@nestjs/common';
import { notFound } from '#domain/kernel/refusal.js';
import { Workspaces } from '#ports/workspace/workspaces.js';
import { Caller } from '../kit/caller.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import type { WorkspaceView } from './workspace.view.js';

@RestController('v1/workspace')
export class WorkspaceController {
  readonly #workspaces: Workspaces;

  constructor(@Inject(Workspaces) workspaces: Workspaces) {
    this.#workspaces = workspaces;
  }

  /** The workspace that the key belongs to. */
  @Get()
  @Scopes('workspace:read')
  async read(@Caller() caller: Caller): Promise<WorkspaceView> {
    const workspace = await this.#workspaces.find(caller.workspaceId);
    if (!workspace) throw notFound('workspace');
    const { id, name, createdAt } = workspace;
    return { id, name, createdAt: new Date(createdAt).toISOString() };
  }
}
