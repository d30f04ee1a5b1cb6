import { Option, type Command } from 'commander';
import { settingList } from '../platform/config/setting-list.js';

type Run = (flags: Record<string, unknown>) => Promise<void>;

interface ServerCommand {
  name: string;
  description: string;
  example: string;
  /** The settings that the command takes as flags; all but those of the agent and the worker alone when absent. */
  settings?: (key: string) => boolean;
  switches?: [string, string][];
  /** Loaded when the command runs: `lastgood rollback` must not wait for a web framework. */
  load: () => Promise<{ run: Run }>;
}

const isOfAgent = (key: string): boolean => key.startsWith('agent.');
const isOfServers = (key: string): boolean => !isOfAgent(key) && key !== 'workerListen';
const inList = (value: string, before?: string): string => (before === undefined ? value : `${before},${value}`);

const COMMANDS: ServerCommand[] = [
  {
    name: 'up',
    description: 'run everything in one process, with a PostgreSQL of its own',
    example: 'lastgood up --port 7420 --data ./lastgood-data',
    load: () => import('./up.js'),
  },
  {
    name: 'serve',
    description: 'run one replica of the API; any number share a database',
    example: 'DATABASE_URL=postgres://db.internal/lastgood lastgood serve --port 7420',
    load: () => import('./serve.js'),
  },
  {
    name: 'worker',
    description: 'run background jobs; any number share the work',
    example: 'DATABASE_URL=postgres://db.internal/lastgood lastgood worker --listen 7421',
    settings: (key) => ['dataDir', 'databaseUrl', 'workerListen'].includes(key),
    load: () => import('./worker.js'),
  },
  {
    name: 'agent',
    description: 'keep on this GPU node what must lie there: weights and images, before they are needed',
    example: 'LASTGOOD_URL=https://registry.example lastgood agent --cache /var/lib/lastgood/cache --budget 2TB',
    settings: (key) => key === 'dataDir' || isOfAgent(key),
    load: () => import('./agent.js'),
  },
  {
    name: 'migrate',
    description: 'bring the database up to date',
    example: 'DATABASE_URL=postgres://db.internal/lastgood lastgood migrate',
    settings: (key) => key === 'databaseUrl',
    switches: [['--undo', 'take back the newest migration instead']],
    load: () => import('./migrate.js'),
  },
  {
    name: 'config',
    description: 'print the settings in force and where each comes from, secrets hidden',
    example: 'lastgood config --json',
    switches: [['--json', 'print one JSON document, for programs']],
    load: () => import('./config.js'),
  },
];

/** Adds the commands that run or prepare a server. Their flags come from the one list of settings. */
export function addServerCommands(program: Command): void {
  for (const { name, description, example, settings = isOfServers, switches = [], load } of COMMANDS) {
    const command = program.command(name).description(description);
    for (const { key, flag, doc, env, format } of settingList) {
      if (flag === undefined || !settings(key)) continue;
      const option = new Option(`${flag} <value>`, `${doc} (${env})`);
      command.addOption(format === 'labels' ? option.argParser(inList) : option);
    }
    for (const [flag, text] of switches) command.option(flag, text);
    command.addHelpText('after', `\nExample:\n  $ ${example}`);
    command.action(async (flags: Record<string, unknown>) => (await load()).run(flags));
  }
}
