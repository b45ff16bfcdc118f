import { describeBlobsContract } from '#ports/system/blobs.contract.js';
import { DrivenClock } from './driven-clock.js';
import { MemoryBlobs } from './memory-blobs.js';

describeBlobsContract('MemoryBlobs', () => new MemoryBlobs(new DrivenClock()));
