import type { Socket } from 'socket.io';
import type { PushFrame } from '#adapters/chat-frames/wire.js';

type Connection = Socket['conn'];
type SendOptions = Parameters<Connection['write']>[1];

/** What engine.io takes beside a packet: the bytes of its websocket frame, if somebody has made them already. */
export type WithFrame = SendOptions & { readonly wsPreEncodedFrame?: readonly Uint8Array[] };

/** An event as socket.io puts it on the wire. */
export interface Packet {
  readonly text: string;
  readonly options: WithFrame;
}

/** On the frame stands its packet: what is told to thousands is encoded once, socket.io would do it again for each. No WeakMap: ADR 19. */
const PACKET = Symbol('packet');

interface Packed {
  [PACKET]?: Packet;
}

export function packetOf(frame: PushFrame & Packed, path: string): Packet {
  return (frame[PACKET] ??= encoded(frame, path));
}

function encoded({ event, json }: PushFrame, path: string): Packet {
  const text = `2${path === '/' ? '' : `${path},`}["${event}",${json}]`;
  return { text, options: { wsPreEncodedFrame: [webSocketFrame(text)] } };
}

export function sendPacket(connection: Connection, { text, options }: Packet): void {
  connection.write(text, options);
}

/** RFC 6455, 5.2: a text from a server, whole and without a mask. `4` is what engine.io calls a message. */
export function webSocketFrame(packet: string): Buffer {
  const length = Buffer.byteLength(packet) + 1;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame[head] = 0x34;
  frame.write(packet, head + 1);
  return frame;
}
