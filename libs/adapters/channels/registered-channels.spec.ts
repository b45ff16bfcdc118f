import { describeChannelsContract } from '#ports/delivery/channels.contract.js';
import { email } from './email-channel.js';
import { push } from './push-channel.js';
import { RegisteredChannels } from './registered-channels.js';
import { sms } from './sms-channel.js';

describeChannelsContract('RegisteredChannels', () => new RegisteredChannels([email, sms, push]), [
  'email',
  'sms',
  'push',
]);
