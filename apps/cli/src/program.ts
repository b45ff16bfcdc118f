import { Command, InvalidArgumentError, Option } from 'commander';
import type { Clock } from '#ports/system/clock.js';
import { ApiClient } from './api/api-client.js';
import { doctor } from './commands/doctor.js';
import { failed, type FailedOptions } from './commands/failed.js';
import { importFile } from './commands/import.js';
import { providers } from './commands/providers.js';
import { send, type SendOptions } from './commands/send.js';
import { watch } from './commands/watch.js';
import type { SenderToCheck } from './doctor/check-sender.js';
import type { CommandContext, ExitCode } from './terminal/context.js';
import type { Terminal } from './terminal/terminal.js';
import { UsageTrouble } from './trouble.js';
import { readData, readDataFile } from './read-data.js';

export interface ProgramSetting {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly onInterrupt: (farewell: () => void) => void;
  readonly done: (code: ExitCode) => void;
}

interface GlobalOptions {
  readonly url: string;
  readonly key?: string;
  readonly json?: boolean;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';

/** The commands and what they take. What they do stands in `commands/`. */
export function createProgram(setting: ProgramSetting): Command {
  const program = new Command('posthorn')
    .description('Campaigns out, and nothing lost: works with a Posthorn server over its REST API.')
    .version(setting.version)
    .addOption(new Option('--url <url>', 'the server').env('POSTHORN_URL').default(DEFAULT_URL))
    .addOption(
      new Option('--key <key>', 'its API key; the variable keeps it out of the process list').env(
        'POSTHORN_API_KEY',
      ),
    )
    .option('--json', 'print JSON, for programs')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'posthorn: ')) })
    .showHelpAfterError('How it is used: posthorn --help')
    .exitOverride();
  const run =
    (act: (context: CommandContext) => Promise<ExitCode>) =>
    async (_options: unknown, command: Command): Promise<void> =>
      setting.done(await act(contextOf(setting, command)));
  addImport(program, run);
  addSend(program, run);
  addWatch(program, run);
  addFailed(program, run);
  addProviders(program, run);
  addDoctor(program, run, setting);
  for (const command of program.commands)
    command.showHelpAfterError(`How it is used: posthorn ${command.name()} --help`);
  return program;
}

type Run = (
  act: (context: CommandContext) => Promise<ExitCode>,
) => (options: unknown, command: Command) => Promise<void>;

function contextOf({ terminal, clock, onInterrupt }: ProgramSetting, command: Command): CommandContext {
  const { url, key, json = false } = command.optsWithGlobals<GlobalOptions>();
  // An empty variable is how shells say "not set".
  return {
    client: new ApiClient({ url: url || DEFAULT_URL, key, clock }),
    terminal,
    clock,
    json,
    onInterrupt,
  };
}

function addImport(program: Command, run: Run): void {
  program
    .command('import')
    .description('put the people of a CSV file on a list')
    .argument('<file>', 'the CSV file; - for the standard input')
    .requiredOption('--list <name or id>', 'the list they join; made if there is none by that name')
    .action((file: string, options: { list: string }, command: Command) =>
      run((context) => importFile(context, { file, list: options.list }))(options, command),
    );
}

interface SendFlags extends Omit<SendOptions, 'data'> {
  readonly data?: readonly string[];
  readonly dataFile?: string;
}

function addSend(program: Command, run: Run): void {
  program
    .command('send')
    .description('send a template to everybody on a list')
    .requiredOption('--template <id or name>', 'what to send')
    .requiredOption('--list <name or id>', 'to whom; may be given several times', collected)
    .requiredOption('--from <sender>', "'Name <address>' or a bare address")
    .option('--reply-to <address>', 'where answers go')
    .option('--subject <text>', "instead of the template's subject")
    .option('--name <text>', 'what the campaign is called')
    .option('--rate <number>', 'messages a second at most', positive)
    .option('--at <time>', 'when: 2026-05-01T09:00:00Z, or 2026-05-01T09:00 with --timezone')
    .option('--timezone <zone>', 'an IANA name such as Europe/Berlin, or "recipient" for their own')
    .option(
      '--data <k=v>',
      'a variable of the template, the same for all; k:=JSON for numbers, lists, …',
      collected,
    )
    .option('--data-file <file>', 'many variables: a file with a JSON object; --data wins over it')
    .option('--examples', "try it out: the template's own examples for every variable not given")
    .option('--watch', 'stay and watch it')
    .action((options: SendFlags, command: Command) => {
      if (options.timezone !== undefined && options.at === undefined) {
        throw new UsageTrouble('--timezone says in which zone --at is meant, and there is no --at.');
      }
      const { data: pairs, dataFile, ...rest } = options;
      return run(async (context) => {
        const data = readData(pairs ?? [], dataFile === undefined ? {} : await readDataFile(dataFile));
        return send(context, { ...rest, data });
      })(options, command);
    });
}

function addWatch(program: Command, run: Run): void {
  program
    .command('watch')
    .description('show a campaign live until it is over')
    .argument('<campaign>', 'its id or name')
    .action((campaign: string, options: unknown, command: Command) =>
      run((context) => watch(context, campaign))(options, command),
    );
}

function addFailed(program: Command, run: Run): void {
  program
    .command('failed')
    .description('messages that could not be sent: list, count, retry, resolve')
    .option('--campaign <id or name>', 'only those of this campaign')
    .addOption(new Option('--retry [id]', 'send one, or all of them, again').conflicts(['resolve', 'stats']))
    .addOption(new Option('--resolve <id>', 'give one up for good').conflicts(['retry', 'stats']))
    .option('--reason <text>', 'why it is given up')
    .addOption(
      new Option('--stats', 'how many, by reason, provider, domain, campaign and hour').conflicts('campaign'),
    )
    .option('--limit <number>', 'how many to list', positive, 20)
    .action((options: FailedOptions, command: Command) => {
      if (options.resolve !== undefined && options.reason === undefined) {
        throw new UsageTrouble('--resolve needs --reason: whoever looks at it later wants to know why.');
      }
      if (options.resolve === undefined && options.reason !== undefined) {
        throw new UsageTrouble('--reason says why a message is given up: it goes with --resolve.');
      }
      return run((context) => failed(context, options))(options, command);
    });
}

function addProviders(program: Command, run: Run): void {
  program
    .command('providers')
    .description('the e-mail providers: which are in use, how fast, how well')
    .action((options: unknown, command: Command) => run(providers)(options, command));
}

function addDoctor(program: Command, run: Run, { version, env, folder }: ProgramSetting): void {
  program
    .command('doctor')
    .description('check configuration, data folder, server, provider credentials and sender DNS')
    .option('--from <sender>', 'the sender, or its domain, whose DNS is to be checked')
    .option('--dkim-selector <name>', 'which DKIM key to look for')
    .option('--name-server <address>', "ask this name server instead of the system's")
    .action((options: { from?: string; dkimSelector?: string; nameServer?: string }, command: Command) => {
      const { from, ...rest } = options;
      const sender: SenderToCheck | undefined = from === undefined ? undefined : { from, ...rest };
      return run((context) => doctor(context, { sender, version, env, folder }))(options, command);
    });
}

function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value === Infinity)
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
