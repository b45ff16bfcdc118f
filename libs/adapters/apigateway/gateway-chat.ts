import { answerOf, refused } from '#adapters/chat-frames/answers.js';
import { CLOSE_CODES, type Closing, isTerminal } from '#adapters/chat-frames/close-codes.js';
import { FrameData } from '#adapters/chat-frames/frame-data.js';
import type { FrameCaller } from '#adapters/chat-frames/frame-caller.js';
import { FRAMES } from '#adapters/chat-frames/frames.js';
import { encoded } from '#adapters/chat-frames/push-frames.js';
import type { Answer } from '#adapters/chat-frames/wire.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Instant } from '#domain/kernel/brand.js';
import type { ChatFacade } from '#domain/chat/chat.facade.js';
import type { Connection, Connections } from '#ports/chat/connections.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { TokenUser, UserTokens } from '#ports/workspace/user-tokens.js';
import type { ConnectedUsers } from './connected-users.js';
import { hasExpired, isToRedial, isToRenew, lapsesAt, REDIAL_WITHIN_MS } from './connection-life.js';
import type { ConnectionPosts } from './connection-posts.js';
import { GatewayCaller } from './gateway-caller.js';
import type { GatewayRealtime } from './gateway-realtime.js';
import { readEnvelope, wordsOf } from './envelopes.js';

export interface GatewayChatTools {
  readonly chat: ChatFacade;
  readonly connections: Connections;
  readonly users: ConnectedUsers;
  readonly realtime: GatewayRealtime;
  readonly posts: ConnectionPosts;
  readonly tokens: UserTokens;
  readonly clock: Clock;
  readonly randomness: Pick<Randomness, 'unit'>;
  readonly log: Log;
}

/** A frame that asks nothing: whoever has been silent for a while shows that they are there, and is told what they missed. */
const PING = 'ping';
const AT_ONCE = 16;

/**
 * The chat, live, over API Gateway. Each step is one invocation of a function, which may be the first or the last of its process:
 * everything that lasts is in `Connections`.
 */
export class GatewayChat {
  readonly #tools: GatewayChatTools;

  constructor(tools: GatewayChatTools) {
    this.#tools = tools;
  }

  /** Nothing can be posted to it before this is answered. */
  async connected(id: string, user: TokenUser, tokenUntil: Instant): Promise<void> {
    const { clock, connections, users } = this.#tools;
    const openedAt = clock.now();
    const { workspaceId, userId } = user;
    const opened = { id, workspaceId, userId, openedAt, tokenUntil, state: 'online' as const };
    const connection = { ...opened, lapsesAt: lapsesAt(opened, openedAt) };
    await connections.open(connection);
    await users.come(connection);
  }

  /** Best effort of API Gateway: what was missed here is found by posting, or when the connection lapses. */
  async disconnected(id: string): Promise<void> {
    await this.#tools.users.gone(id);
  }

  /** @returns the answer, in words; undefined if there is nobody left to be answered */
  async frame(id: string, body: string): Promise<string | undefined> {
    const { clock, connections, posts, realtime } = this.#tools;
    const connection = await connections.find(id);
    if (!connection) {
      // It has lapsed, or was closed by somebody who was told that it is gone: it is to come again.
      await posts.hangUp(id);
      return undefined;
    }
    if (hasExpired(connection, clock.now())) {
      await this.#end(connection, 'unauthenticated');
      return undefined;
    }
    const [answerTo, answer] = await this.#ask(connection, body);
    await this.#renew(id);
    // Frozen when this returns: what is under way would be told when somebody else wakes us.
    await realtime.settled();
    return wordsOf(answerTo, answer);
  }

  /**
   * To be called every minute: connections whose token has expired are closed, old ones are advised to come again, and those of which
   * nothing was heard are forgotten. @returns how many were looked at
   */
  async sweep(limit = 500): Promise<number> {
    const { clock, connections, log } = this.#tools;
    const lapsed = await connections.lapsed(clock.now(), limit);
    for (let at = 0; at < lapsed.length; at += AT_ONCE)
      await Promise.all(
        lapsed
          .slice(at, at + AT_ONCE)
          .map((one) =>
            this.#lookAfter(one).catch((error: unknown) => log.error('chat.sweep_failed', { error })),
          ),
      );
    return lapsed.length;
  }

  async #lookAfter(connection: Connection): Promise<void> {
    const { clock, connections, randomness, users } = this.#tools;
    const now = clock.now();
    if (!isToRedial(connection, now))
      return this.#end(connection, hasExpired(connection, now) ? 'unauthenticated' : 'server_stopping');
    await connections.change(connection.id, { lapsesAt: lapsesAt(connection, now) });
    const delayMs = Math.round(randomness.unit() * REDIAL_WITHIN_MS);
    await users.post(connection.id, encoded({ event: 'reconnect', payload: { code: 'aged', delayMs } }));
  }

  async #end({ id }: Connection, why: Closing): Promise<void> {
    const { posts, users } = this.#tools;
    const payload = { code: why, number: CLOSE_CODES[why], terminal: isTerminal(why) };
    await posts.post(id, encoded({ event: 'closing', payload }));
    await posts.hangUp(id);
    await users.gone(id);
  }

  async #ask(connection: Connection, body: string): Promise<readonly [unknown, Answer]> {
    const { log, realtime, users } = this.#tools;
    const envelope = readEnvelope(body);
    if (envelope.kind === 'unreadable') return [null, envelope.answer];
    const { id, action, data } = envelope;
    if (action === PING) {
      await realtime.lookAgain(connection);
      return [id, { ok: true, data: {} }];
    }
    const run = FRAMES.get(action);
    if (!run) return [id, refused('not_found', 'There is no such frame.')];
    const caller = this.#callerOf(connection);
    const answer = await answerOf(() => run(caller, new FrameData(data)), log);
    await caller.settled();
    if (caller.begun.length > 0) await users.show(connection, caller.begun);
    return [id, answer];
  }

  #callerOf(connection: Connection): GatewayCaller {
    const { chat, tokens, clock, log, realtime, users } = this.#tools;
    const refresh: FrameCaller['refresh'] = (token) => this.#refresh(connection, token);
    return new GatewayCaller(connection, { chat, tokens, clock, log, realtime, users }, refresh, (state) =>
      this.#set(connection, state),
    );
  }

  async #set(connection: Connection, state: Connection['state']): Promise<void> {
    if (connection.state === state) return;
    const changed = await this.#tools.connections.change(connection.id, { state });
    if (changed) await this.#tools.users.set(changed);
  }

  async #refresh(connection: Connection, token: string): Promise<Instant> {
    const { clock, connections, tokens } = this.#tools;
    const verdict = await tokens.verify(token);
    if (verdict.kind === 'refused') throw new Refusal('unauthenticated', 'Send a valid user token.');
    const { workspaceId, userId, expiresAt: tokenUntil } = verdict;
    if (workspaceId !== connection.workspaceId || userId !== connection.userId)
      throw new Refusal('forbidden', 'This token is of another user: open another connection with it.');
    const lapses = lapsesAt({ ...connection, tokenUntil }, clock.now());
    await connections.change(connection.id, { tokenUntil, lapsesAt: lapses });
    return tokenUntil;
  }

  /** As it stands now: the frame may have brought it another token. */
  async #renew(id: string): Promise<void> {
    const { clock, connections, users } = this.#tools;
    const connection = await connections.find(id);
    if (!connection || !isToRenew(connection, clock.now())) return;
    const renewed = await connections.change(id, { lapsesAt: lapsesAt(connection, clock.now()) });
    if (renewed) await users.hold(renewed);
  }
}
