import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { MemoryBlobs } from './memory-blobs.js';

describeBlobsContract('MemoryBlobs', () => new MemoryBlobs());
