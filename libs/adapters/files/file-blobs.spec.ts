import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { FileBlobs } from './file-blobs.js';

describeBlobsContract('FileBlobs', async () => new FileBlobs(await mkdtemp(join(tmpdir(), 'posthorn-blobs-'))));
