import { applyDecorators, Controller, UsePipes } from '@nestjs/common';
import { Validation } from './validation.js';

/**
 * A controller of the REST API. Each of its methods says who may call it (`@Scopes('campaigns:write')` or `@Public()`);
 * bodies and queries are classes in `*.body.ts` and `*.query.ts` beside it, answers are classes in `*.view.ts`: from
 * these, and from the comments on them, the build writes the OpenAPI document.
 *
 * ```ts
 * @RestController('v1/lists')
 * export class ListsController {
 *   @Post()
 *   @Scopes('subscribers:write')
 *   async create(
 *     @Caller() caller: Caller,
 *     @Body() body: CreateListBody,
 *     @Attempt() attempt: Attempt,
 *     @Answer() answer: Answer,
 *   ): Promise<ListView> {
 *     const list = await this.#commands.execute(new CreateList(caller.workspaceId, attempt.ids.next('lst'), body.name));
 *     answer.location(`/v1/lists/${list.id}`);
 *     return listView(list);
 *   }
 * }
 * ```
 */
export function RestController(path: string): ClassDecorator {
  return applyDecorators(Controller(path), UsePipes(new Validation()));
}
