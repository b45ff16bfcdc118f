/** `posthorn/nest`: what another NestJS application may import, and all of it. */
export { Refusal, type FieldFault, type RefusalCode } from '#domain/kernel/refusal.js';
export {
  CommunicationFacade,
  type NotifyOptions,
  type Recipient,
  type User,
} from './communication-facade.js';
export { CommunicationModule, type AsyncEmbeddedOptions } from './communication.module.js';
export type { Accepted, Callback } from './door.js';
export type { EmbeddedOptions } from './embedded-options.js';
export { ProviderHooks, type HookAnswer } from './provider-hooks.js';
