import { existsSync, readdirSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommunicationFacade, CommunicationModule } from '#apps/in-process/src/nest.js';
import { until } from '#test/support/until.js';

/**
 * An application that starts, says something and closes, three times, and then has nothing more to do. It never calls
 * `process.exit`, and says how many threads there are after each time; where that cannot be seen, always none.
 */
const [, , dataDir = ''] = process.argv;
const THREADS = '/proc/self/task';
const data = {
  code: '482913',
  validFor: '10 minutes',
  occurredAt: '2026-12-24T08:59:00Z',
  companyName: 'Acme',
};

async function comeAndGo(): Promise<number> {
  @Module({ imports: [CommunicationModule.embedded({ dataDir })] })
  class HostModule {}
  const app = await NestFactory.createApplicationContext(HostModule, { logger: false });
  const facade = app.get(CommunicationFacade);
  const { id } = await facade.notify('mfa_code', { email: 'ada@example.com' }, data);
  // The delivery thread is there by then, and has to go as well.
  await until(async () => ((await facade.find(id)).status === 'sent' ? true : undefined));
  await app.close();
  return existsSync(THREADS) ? readdirSync(THREADS).length : 0;
}

const threads = [await comeAndGo(), await comeAndGo(), await comeAndGo()];
process.stdout.write(JSON.stringify(threads));
