import type { ChatTools, FrameCaller } from '#adapters/chat-frames/frame-caller.js';
import { frameOf } from '#adapters/chat-frames/push-frames.js';
import type { Durable, Ephemeral } from '#domain/chat/application/follower.js';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { DeviceState } from '#domain/chat/model/presence.js';
import type { Connection } from '#ports/chat/connections.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import type { ConnectedUsers } from './connected-users.js';
import type { GatewayRealtime } from './gateway-realtime.js';

type CallerTools = Pick<ChatTools, 'chat' | 'tokens' | 'clock' | 'log'> & {
  readonly realtime: GatewayRealtime;
  readonly users: ConnectedUsers;
};

/** A connection for as long as one of its frames is seen to. */
export class GatewayCaller implements FrameCaller {
  readonly user: TokenUser;
  readonly tools: ChatTools;
  readonly refresh: FrameCaller['refresh'];
  /** API Gateway takes what there is; how much waits there is its affair. */
  readonly hasRoom = true;
  readonly #connection: Connection;
  readonly #users: ConnectedUsers;
  readonly #underWay: Promise<unknown>[] = [];
  readonly #begun: ConversationId[] = [];

  constructor(
    connection: Connection,
    { chat, tokens, clock, log, realtime, users }: CallerTools,
    refresh: FrameCaller['refresh'],
    set: (state: DeviceState) => Promise<void>,
  ) {
    this.user = { workspaceId: connection.workspaceId, userId: connection.userId };
    this.refresh = refresh;
    this.#connection = connection;
    this.#users = users;
    this.tools = {
      ...{ chat, tokens, clock, log },
      live: {
        follow: async (_, id, from) => {
          const followed = await realtime.follow(connection, id, from);
          if (followed?.isNew) this.#begun.push(id);
          return followed;
        },
        unfollow: (_, id) => void this.#underWay.push(realtime.unfollow(connection, id)),
      },
      presence: {
        seenBy: () => users.seenBy(connection),
        set: (_, state) => void this.#underWay.push(set(state)),
      },
    };
  }

  get userId(): string {
    return this.user.userId;
  }

  /** Conversations that it follows since this frame. */
  get begun(): readonly ConversationId[] {
    return this.#begun;
  }

  whenRoom(call: () => void): void {
    call();
  }

  tell(event: Durable): void {
    this.#underWay.push(this.#users.post(this.#connection.id, frameOf(event)));
  }

  pass(event: Ephemeral): void {
    this.#underWay.push(this.#users.post(this.#connection.id, frameOf(event)));
  }

  /** What a frame began without waiting for it. */
  async settled(): Promise<void> {
    const all = await Promise.allSettled(this.#underWay.splice(0));
    for (const one of all)
      if (one.status === 'rejected')
        this.tools.log.error('chat.frame_failed', { error: one.reason as unknown });
  }
}
