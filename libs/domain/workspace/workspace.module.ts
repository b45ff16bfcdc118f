import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BootstrapWorkspace } from './application/bootstrap-workspace.js';
import { CreateApiKeyHandler } from './application/create-api-key.js';
import { PurgeIdempotentRequests } from './application/purge-idempotent-requests.js';
import { RevokeApiKeyHandler } from './application/revoke-api-key.js';
import { VerifyApiKey } from './application/verify-api-key.js';

@Module({
  imports: [CqrsModule],
  providers: [
    BootstrapWorkspace,
    CreateApiKeyHandler,
    PurgeIdempotentRequests,
    RevokeApiKeyHandler,
    VerifyApiKey,
  ],
  exports: [CqrsModule, BootstrapWorkspace, PurgeIdempotentRequests, VerifyApiKey],
})
export class WorkspaceModule {}
