import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { KeepMembers } from '#domain/chat/application/keep-members.js';
import { ReadChats } from '#domain/chat/application/read-chats.js';
import { pageRequest, pageView } from '../kit/pages.js';
import { RestController } from '../kit/rest-controller.js';
import { Scopes } from '../kit/route.js';
import { AddMembersBody, SetRoleBody } from './chat.body.js';
import { AsPageQuery, AsQuery } from './chat.query.js';
import type { MembersView, MemberView } from './chat.view.js';
import { memberView } from './chat-views.js';
import { Speaker, speaking } from './speaker.js';
import { IntoConversations } from './unseen.js';

@RestController('v1/conversations')
@IntoConversations()
export class ConversationMembersController {
  readonly #members: KeepMembers;
  readonly #reads: ReadChats;

  constructor(members: KeepMembers, reads: ReadChats) {
    this.#members = members;
    this.#reads = reads;
  }

  /** Who is in it, by user id, and how far each has come. */
  @Get(':id/members')
  @Scopes('chat:read', { users: true })
  async list(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as, ...query }: AsPageQuery,
  ): Promise<MembersView> {
    const list = `members.${id}`;
    const page = await this.#reads.members(speaking(speaker, as), id, pageRequest(query, list));
    return pageView(page, list, memberView);
  }

  /** Takes people into a group or room. Owners and admins may. They find what was said before, and it counts as read. */
  @Post(':id/members')
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async add(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Query() { as }: AsQuery,
    @Body() { userIds }: AddMembersBody,
  ): Promise<void> {
    await this.#members.add(speaking(speaker, as), id, userIds);
  }

  /** Makes a member owner, admin or member. Owners may. */
  @Patch(':id/members/:userId')
  @Scopes('chat:write', { users: true })
  async setRole(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Query() { as }: AsQuery,
    @Body() { role }: SetRoleBody,
  ): Promise<MemberView> {
    return memberView(await this.#members.setRole(speaking(speaker, as), id, userId, role));
  }

  /**
   * Takes somebody out; oneself: leaves. Owners take out admins and members, admins members. What the last owner leaves belongs
   * to the admin, else to the member, who has been there longest.
   */
  @Delete(':id/members/:userId')
  @Scopes('chat:write', { users: true })
  @HttpCode(204)
  async remove(
    @Speaker() speaker: Speaker,
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Query() { as }: AsQuery,
  ): Promise<void> {
    await this.#members.remove(speaking(speaker, as), id, userId);
  }
}
