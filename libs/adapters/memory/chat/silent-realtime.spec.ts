import { describeRealtimeContract } from '#ports/chat/realtime.contract.js';
import { SilentRealtime } from './silent-realtime.js';

describeRealtimeContract('SilentRealtime', () => new SilentRealtime());
