import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { pause } from './pause.js';
import { ProcessMeter } from './process-meter.js';

const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
/** Where Debian puts the libraries that ejabberd's own script names. */
const ERL_LIBS = '/usr/lib/x86_64-linux-gnu';

/** It says its number, and is ended when our end of its stdin closes: when we say so, or when we die. */
const UNTIL_WE_END =
  '"$@" > /dev/null < /dev/null & child=$!; echo $child; cat > /dev/null; kill $child; wait $child';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A chat server of Debian's in a temporary folder with a configuration of its own, on a free loopback port; never a service. */
export class XmppServer {
  readonly port: number;
  readonly meter: ProcessMeter;
  /** The shell that ends the server; its own number is another. */
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #folder: string;

  private constructor(child: ChildProcess, pid: number, port: number, folder: string) {
    this.#child = child;
    this.#pid = pid;
    this.port = port;
    this.#folder = folder;
    this.meter = new ProcessMeter(pid);
  }

  /** Undefined where it is not installed; the bench then does without this comparison, and says so. */
  static ejabberd(): Promise<XmppServer | undefined> {
    return XmppServer.#start(['erl', 'ejabberdctl'], (folder, port) => {
      const config = join(folder, 'ejabberd.yml');
      writeFileSync(config, ejabberdConfig(port));
      return {
        command: 'erl',
        // Without a name it is no node of a cluster, and needs no port mapper.
        args: [
          '-noinput',
          '+K',
          'true',
          '+P',
          '250000',
          '-mnesia',
          'dir',
          `"${folder}/db"`,
          '-s',
          'ejabberd',
        ],
        env: {
          HOME: folder,
          EJABBERD_CONFIG_PATH: config,
          EJABBERD_LOG_PATH: join(folder, 'log'),
          ERL_LIBS,
          ERL_MAX_PORTS: '32000',
          ERL_CRASH_DUMP: join(folder, 'crash'),
        },
      };
    });
  }

  static prosody(): Promise<XmppServer | undefined> {
    return XmppServer.#start(['prosody'], (folder, port) => {
      const config = join(folder, 'prosody.cfg.lua');
      for (const one of ['data', 'certs']) mkdirSync(join(folder, one));
      writeFileSync(config, prosodyConfig(folder, port));
      return { command: 'prosody', args: ['--config', config, '-F'], env: { HOME: folder } };
    });
  }

  static async #start(
    needs: readonly string[],
    make: (folder: string, port: number) => Program,
  ): Promise<XmppServer | undefined> {
    if (!needs.every(isInstalled)) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'bench-xmpp-'));
    const port = await freePort();
    const { command, args, env } = make(folder, port);
    const path = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin`;
    const child = spawn('sh', ['-c', UNTIL_WE_END, 'sh', command, ...args], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: path, ...env },
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const server = new XmppServer(child, Number(line), port, folder);
    await server.#whenReady(command);
    return server;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const impatient = setTimeout(() => process.kill(this.#pid, 'SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(impatient);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #whenReady(command: string): Promise<void> {
    const deadline = performance.now() + START_WITHIN_MS;
    while (!(await isListening(this.port))) {
      if (this.#child.exitCode !== null) throw new Error(`${command} ended with ${this.#child.exitCode}`);
      if (performance.now() > deadline) throw new Error(`${command} does not listen`);
      await pause(50);
    }
  }
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answer = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  const is = await answer;
  socket.destroy();
  return is;
}

/** JSON is YAML. Whatever is not needed is left out: fewer modules are less work for each message. */
function ejabberdConfig(port: number): string {
  const limits = { shaper: 'none', access: 'all', max_stanza_size: 262_144, backlog: 4096 };
  return JSON.stringify({
    loglevel: 'error',
    hosts: ['localhost'],
    listen: [{ port, ip: '127.0.0.1', module: 'ejabberd_c2s', ...limits }],
    auth_method: 'anonymous',
    // Any name with any password: accounts are not what is measured.
    anonymous_protocol: 'login_anon',
    modules: { mod_mam: { default: 'always' }, mod_stream_mgmt: {} },
  });
}

/**
 * Its archives never expire: of those that do, it writes down who has said something today, all of them again for each message of
 * whoever is not among the latest thousand (mod_mam, archive_cleanup_date_cache_size). With 5,000 users hardly anything else is done.
 */
function prosodyConfig(folder: string, port: number): string {
  return `
run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
certificates = "${folder}/certs"
network_backend = "epoll"
modules_enabled = { "saslauth", "smacks", "mam" }
modules_disabled = { "s2s", "offline", "http" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "insecure"
insecure_open_authentication = "Yes please, I know what I'm doing!"
default_archive_policy = true
archive_expires_after = "never"
network_settings = { tcp_backlog = 4096 }
log = { error = "*console" }
VirtualHost "localhost"
`;
}
