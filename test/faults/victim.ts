import 'reflect-metadata';
import type { Provider } from '@nestjs/common';
import { PinoLog } from '#adapters/pino/pino-log.js';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { startServer } from '#apps/server/src/start-server.js';
import { container } from '#apps/server/src/targets/container.js';
import { embedded } from '#apps/server/src/targets/embedded.js';
import type { OpenTarget } from '#apps/server/src/targets/target.js';
import { Campaigns } from '#ports/campaign/campaigns.js';
import { Imports } from '#ports/campaign/imports.js';
import { Ledger } from '#ports/delivery/ledger.js';
import { around, CrashCounter } from './crash-points.js';
import { dyingTools } from './dying-delivery.js';
import { ChatPorts } from './victim-chat.js';
import { CommunicationPorts, isLeg } from './victim-communication.js';

/**
 * The real server, with a place to die in it: VICTIM_CRASH names the moment, VICTIM_BUG a mistake that somebody might
 * have made. Everything else is the product.
 */
const crash = new CrashCounter(process.env['VICTIM_CRASH']);
const bug = process.env['VICTIM_BUG'];
const life = Number(process.env['VICTIM_LIFE'] ?? 1);
const communication = new CommunicationPorts(crash, bug, life);
const chat = new ChatPorts(crash, bug, life);

function withCrashes(port: Provider): Provider {
  if (typeof port !== 'object' || !('useValue' in port)) return port;
  const { provide } = port;
  const value = port.useValue as object;
  if (provide === Ledger) return { provide, useValue: communication.ledger(dyingLedger(value as Ledger)) };
  if (provide === Imports) return { provide, useValue: dyingImports(value as Imports) };
  if (provide === Campaigns) return { provide, useValue: dyingCampaigns(value as Campaigns) };
  return communication.of(provide, value) ?? chat.of(provide, value) ?? port;
}

function dyingLedger(ledger: Ledger): Ledger {
  return around(ledger, 'accept', (accept) => async (dispatchId, recipients, now) => {
    if (isLeg(dispatchId)) return accept(dispatchId, recipients, now);
    crash.passed('expansion-before-accept');
    // The planted bug: the cursor goes ahead of the page, which comes when it comes.
    if (bug === 'cursor-before-send') {
      setTimeout(
        () => void accept(dispatchId, recipients, now).then(() => crash.passed('expansion-accept')),
        60,
      );
      return { added: recipients.length };
    }
    const answer = await accept(dispatchId, recipients, now);
    crash.passed('expansion-accept');
    return answer;
  });
}

function dyingImports(imports: Imports): Imports {
  return around(imports, 'commit', (commit) => async (batch) => {
    crash.passed('import-batch-before');
    const done = await commit(batch);
    crash.passed('import-batch');
    return done;
  });
}

function dyingCampaigns(campaigns: Campaigns): Campaigns {
  return around(campaigns, 'advance', (advance) => async (id, expansion) => {
    await advance(id, expansion);
    crash.passed('expansion-cursor');
  });
}

const openTarget: OpenTarget = async (setting) => {
  const deliveryThread = new URL('./victim-delivery-thread.js', import.meta.url);
  const open =
    setting.config.target === 'embedded'
      ? embedded({ deliveryThread })
      : container({ worker: (tools) => dyingTools(tools, crash, bug) });
  const target = await open(setting);
  return { ...target, providers: target.providers.map(withCrashes) };
};

const config = await readServerConfig(process.env, process.cwd());
const log = new PinoLog({ level: config.logLevel, secrets: [], write: (line) => process.stderr.write(line) });
const server = await startServer({
  config,
  log,
  openTarget,
  onFatal: (error) => void process.stderr.write(`${String(error)}\n`),
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.stdout.write(`${server.url}\n`);
// At any moment, as seen from outside.
const diesAfter = Number(process.env['VICTIM_DIES_AFTER'] ?? 0);
if (diesAfter > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), diesAfter);
