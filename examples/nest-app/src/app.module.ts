import { Module } from '@nestjs/common';
import { CommunicationModule, type EmbeddedOptions } from 'posthorn/nest';
import { ProviderHooksController } from './provider-hooks.controller.js';
import { SignInModule } from './sign-in/sign-in.module.js';

@Module({
  imports: [CommunicationModule.embedded({ ...fromEnvironment(process.env), global: true }), SignInModule],
  controllers: [ProviderHooksController],
})
export class AppModule {}

/** Posthorn reads no environment variable in here: what it is to know, the application says. */
function fromEnvironment(env: NodeJS.ProcessEnv): EmbeddedOptions {
  const { DATA_DIR = './data', PUBLIC_URL, SMTP_URL } = env;
  const from = 'Acme <no-reply@acme.example>';
  return {
    dataDir: DATA_DIR,
    ...(PUBLIC_URL !== undefined && { publicUrl: PUBLIC_URL }),
    // Without a provider mail is captured: kept in the data folder, and sent to nobody.
    email: SMTP_URL === undefined ? { from } : { from, providers: ['smtp'], smtp: { url: SMTP_URL } },
  };
}
