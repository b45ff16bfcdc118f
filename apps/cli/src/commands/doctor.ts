import { type Check, skip } from '../doctor/check.js';
import { checkConfiguration, checkDataFolder, checkNode } from '../doctor/check-machine.js';
import { checkProviders } from '../doctor/check-providers.js';
import { checkSender, type SenderToCheck } from '../doctor/check-sender.js';
import { checkServer } from '../doctor/check-server.js';
import type { CommandContext, ExitCode } from '../terminal/context.js';
import type { Colour } from '../terminal/paint.js';
import { padded, wrapped } from '../terminal/text-width.js';
import { counted } from '../terminal/words.js';

export interface DoctorOptions {
  /** Undefined: nobody's DNS is looked at. */
  readonly sender: SenderToCheck | undefined;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

const MARKS: Readonly<Record<Check['state'], { readonly mark: string; readonly colour: Colour }>> = {
  ok: { mark: 'ok', colour: 'green' },
  warn: { mark: 'warn', colour: 'yellow' },
  fail: { mark: 'FAIL', colour: 'red' },
  skip: { mark: '-', colour: 'dim' },
};

/** Looks at everything that has to be right before mail goes out, and says what is not. */
export async function doctor(context: CommandContext, options: DoctorOptions): Promise<ExitCode> {
  const { terminal, json } = context;
  const found: Check[] = [];
  const add = (checks: readonly Check[]): void => {
    found.push(...checks);
    if (!json) for (const check of checks) show(context, check);
  };
  await examine(context, options, add);
  const fails = found.filter(({ state }) => state === 'fail').length;
  const warnings = found.filter(({ state }) => state === 'warn').length;
  if (json) {
    terminal.print(JSON.stringify({ ok: fails === 0, checks: found }));
  } else {
    const parts = [
      ...(fails > 0 ? [terminal.paint('red', `${counted(fails, 'thing')} to mend`)] : []),
      ...(warnings > 0 ? [terminal.paint('yellow', counted(warnings, 'warning'))] : []),
    ];
    terminal.print();
    terminal.print(parts.length === 0 ? terminal.paint('green', 'All is well.') : `${parts.join(', ')}.`);
  }
  return fails > 0 ? 1 : 0;
}

async function examine(
  { client, clock }: CommandContext,
  { sender, version, env, folder }: DoctorOptions,
  add: (checks: readonly Check[]) => void,
): Promise<void> {
  add([checkNode(process.versions.node)]);
  const { checks, config } = await checkConfiguration(env, folder);
  add(checks);
  add(config ? await checkDataFolder(config) : [skip('Data folder', 'the configuration is not valid')]);
  add(await checkServer(client, version));
  add(
    config
      ? await checkProviders({ config: config.channels.email, secrets: config.secrets, clock })
      : [skip('Providers', 'the configuration is not valid')],
  );
  add(sender ? await checkSender(sender) : [skip('Sender DNS', 'name the sender with --from')]);
}

function show({ terminal }: CommandContext, { name, state, detail, hint }: Check): void {
  const { mark, colour } = MARKS[state];
  const [first = '', ...more] = wrapped(detail.split(' '), terminal.width - 24);
  terminal.print(`${terminal.paint(colour, padded(mark, 5))} ${padded(name, 17)} ${first}`);
  for (const line of more) terminal.print(`${' '.repeat(24)}${line}`);
  if (hint === undefined) return;
  for (const line of wrapped(hint.split(' '), terminal.width - 26, '  ')) {
    terminal.print(terminal.paint('dim', `${' '.repeat(24)}${line}`));
  }
}
