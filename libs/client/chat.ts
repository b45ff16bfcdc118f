/** `posthorn/client`: what browsers may import, and all of it. */
export { ChatClient, ChatRefusal, type ChatOptions, type Content, type MessageNamed } from './chat-client.js';
export type { ChatEvent, ChatEvents, LinkStatus } from './chat-events.js';
export type {
  AttachedFile,
  Gap,
  Message,
  OutgoingChange,
  OutgoingMessage,
  Position,
  Presence,
  Receipt,
  RoomEvent,
  SendAck,
  Typing,
  WireError,
} from './frames.js';
export { socketIoTransport, type SocketIoOptions } from './socket-io-transport.js';
export { MemoryStore, type Store, type WebStorage, WebStore } from './store.js';
export { EMPTY, type Entry, shownAfter, type Timeline, type TimelineEvent } from './timeline.js';
export type { Connection, Listener, Transport } from './transport.js';
export { claimsOf, type TokenClaims } from './user-token.js';
export { webSocketTransport, type WebSocketOptions } from './web-socket-transport.js';
