import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommunicationFacade, CommunicationModule } from '#apps/in-process/src/nest.js';

/** An application that starts, says something, closes, and has nothing more to do. It never calls `process.exit`. */
const [, , dataDir = ''] = process.argv;

@Module({ imports: [CommunicationModule.embedded({ dataDir })] })
class HostModule {}

const app = await NestFactory.createApplicationContext(HostModule, { logger: false });
const facade = app.get(CommunicationFacade);
const data = {
  code: '482913',
  validFor: '10 minutes',
  occurredAt: '2026-12-24T08:59:00Z',
  companyName: 'Acme',
};
const { id } = await facade.notify('mfa_code', { email: 'ada@example.com' }, data);
// Until the delivery thread is there and has done its work: it, too, has to go.
for (let sent = false; !sent;) sent = (await facade.find(id)).status === 'sent';
await app.close();
process.stdout.write(JSON.stringify(process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')));
