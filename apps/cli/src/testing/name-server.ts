import { createSocket } from 'node:dgram';
import { once } from 'node:events';

type RecordType = 'SOA' | 'NS' | 'MX' | 'TXT';

const TYPES: Readonly<Record<number, RecordType>> = { 2: 'NS', 6: 'SOA', 15: 'MX', 16: 'TXT' };
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

/** What it knows: for a name, records by type. A name without an entry does not exist. */
export type Zone = Readonly<Record<string, Partial<Record<RecordType, readonly string[]>>>>;

export interface NameServer {
  readonly address: string;
  close(): void;
}

/** A DNS server (RFC 1035) that answers from a table, on a free port of this machine. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, zone), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let open = true;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  return { address: `127.0.0.1:${socket.address().port}`, close };
}

function answer(query: Buffer, zone: Zone): Buffer {
  const { name, end } = readName(query);
  const code = query.readUInt16BE(end);
  const type = TYPES[code];
  const known = Object.hasOwn(zone, name) ? zone[name] : undefined;
  const records = (type && known?.[type]) ?? [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (known ? NO_ERROR : NO_SUCH_NAME), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const answers = records.map((record) => {
    const data = type === undefined ? Buffer.alloc(0) : encode(type, record);
    const head = Buffer.alloc(12);
    head.writeUInt16BE(0xc00c, 0); // the name of the question
    head.writeUInt16BE(code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, query.subarray(12, end + 4), ...answers]);
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function encode(type: RecordType, record: string): Buffer {
  switch (type) {
    case 'TXT':
      // A text longer than 255 bytes comes in pieces.
      return Buffer.concat(
        (record.match(/.{1,255}/gs) ?? ['']).map((piece) =>
          Buffer.from([piece.length, ...Buffer.from(piece)]),
        ),
      );
    case 'MX':
      return Buffer.concat([Buffer.from([0, 10]), nameBytes(record)]);
    case 'NS':
      return nameBytes(record);
    case 'SOA':
      return Buffer.concat([nameBytes(record), nameBytes(`hostmaster.${record}`), Buffer.alloc(20)]);
  }
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}
