import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BlobLinks } from './blob-links.js';
import type { Blobs } from './blobs.js';

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of bytes) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** `make` answers links beside the blobs that they lead to, with nothing in them. */
export function describeBlobLinksContract(
  name: string,
  make: () => Promise<{ readonly links: BlobLinks; readonly blobs: Blobs }>,
): void {
  describe(`BlobLinks: ${name}`, () => {
    let its: Awaited<ReturnType<typeof make>>;
    beforeEach(async () => {
      its = await make();
    });
    const file = { fileName: 'Plan „Å“.pdf', mediaType: 'application/pdf', forMs: 60_000 };

    it('lead to what is there, as a file to be saved under its name', async () => {
      await its.blobs.put('att_1', once('%PDF-1.7'));
      const answer = await fetch(await its.links.download('att_1', file));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      const disposition = answer.headers.get('content-disposition');
      expect(disposition).toMatch(/^attachment;/);
      expect(decodeURIComponent(disposition ?? '')).toContain(file.fileName);
      expect(await answer.text()).toBe('%PDF-1.7');
    });

    it('lead nowhere where nothing is', async () => {
      const answer = await fetch(await its.links.download('att_2', file));
      expect(answer.status).toBe(404);
    });

    it('let somebody put what the blobs then hold', async () => {
      const { url, headers } = await its.links.upload('att_3', { bytes: 5, forMs: 60_000 });
      const answer = await fetch(url, { method: 'PUT', headers, body: 'hello' });
      expect(answer.status).toBe(200);
      expect(await textOf(its.blobs.open('att_3', 0))).toBe('hello');
    });

    it('lead to the one origin that it says', async () => {
      const { url } = await its.links.upload('att_3', { bytes: 5, forMs: 60_000 });
      const origins = [url, await its.links.download('att_3', file)].map((one) => new URL(one).origin);
      expect(new Set(origins)).toEqual(new Set([await its.links.origin()]));
    });

    it('are of one name each', async () => {
      const paths = await Promise.all(
        ['att_4', 'att_5'].map(async (one) => new URL(await its.links.download(one, file)).pathname),
      );
      expect(new Set(paths).size).toBe(2);
    });
  });
}
