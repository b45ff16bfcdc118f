import type { ConfigReader } from './config-reader.js';

/** What a workspace, or everybody, says about users who are away; what is left out has a default. */
export interface AwayOfOne {
  /** 0: nobody is told. */
  readonly minutes?: number;
  readonly type?: string;
  readonly words?: boolean;
  readonly chatUrl?: string;
  readonly companyName?: string;
  readonly companyAddress?: string;
  readonly websiteUrl?: string;
}

export interface AwayConfig {
  readonly everyone: AwayOfOne;
  /** By the workspace's id, name by name in place of it. */
  readonly workspaces: Readonly<Record<string, AwayOfOne>>;
}

/** Longer than that nobody waits for. */
const MOST_MINUTES = 7 * 24 * 60;

/** The section `chat.away`: when users who are away are told what they miss, and in whose name. */
export function readAway(read: ConfigReader): AwayConfig {
  const ids = read.names('chat.away.workspaces');
  return {
    everyone: readOne(read, 'chat.away'),
    workspaces: Object.fromEntries(ids.map((id) => [id, readOne(read, `chat.away.workspaces.${id}`)])),
  };
}

function readOne(read: ConfigReader, section: string): AwayOfOne {
  const said = {
    minutes: read.number({ file: `${section}.minutes` }, { min: 0, max: MOST_MINUTES }),
    type: read.text({ file: `${section}.type` }),
    words: read.flag({ file: `${section}.words` }),
    chatUrl: read.url({ file: `${section}.chatUrl` }),
    companyName: read.text({ file: `${section}.companyName` }),
    companyAddress: read.text({ file: `${section}.companyAddress` }),
    websiteUrl: read.url({ file: `${section}.websiteUrl` }),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
