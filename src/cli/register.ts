import type { Command } from 'commander';
import { LastgoodError, type ArtifactInput, type Registration } from '../client/index.js';
import { repeated } from './arguments.js';
import { artifactFromFlag } from './artifact-flag.js';
import { CommandFailure } from './command-failure.js';
import { withConnection, type ConnectionFlags } from './connection.js';
import { example } from './example.js';
import { exitCodeOf } from './exit-codes.js';
import { bytes, counted } from './format.js';
import { prefixHelp } from './prefix-help.js';
import { runCommand, type Session } from './run-command.js';
import type { Shell } from './shell.js';
import { uploadFiles } from './upload-files.js';
import { versionFromFlags, type VersionFlags } from './version-flags.js';

interface Flags extends ConnectionFlags, VersionFlags {
  artifact?: string[];
  upload?: string[];
  idempotencyKey?: string;
}

/** `lastgood register <model>`: records a version, uploading its files first where asked to. */
export function addRegister(program: Command, shell: Shell): void {
  withConnection(program.command('register'))
    .description('register a version of a model')
    .argument('<model>', 'the model')
    .option('--upload <path>', 'a file or folder to put into the store; repeatable', repeated)
    .option(
      '--artifact <parts>',
      'uri=…,digest=…,size=…,path=…,media-type=… of a file or folder/ that lies elsewhere; repeatable',
      repeated,
    )
    .option('--image <reference>', 'the container image, by digest')
    .option('--env <name=value>', 'an environment variable of the server; repeatable', repeated)
    .option('--secret <name=provider://…>', 'a variable whose value lies in a secret store; repeatable', repeated)
    .option('--serving <json>', 'serving config: a JSON object, or a file that holds one')
    .option('--label <name=value>', 'repeatable', repeated)
    .option('--metric <name=number>', 'repeatable', repeated)
    .option('--commit <id>', 'the commit it was trained from')
    .option('--run <id>', 'the training run')
    .option('--pipeline <name>', 'the pipeline')
    .option('--create-model', 'create the model if it does not exist')
    .option('--idempotency-key <key>', 'makes a repeat with another record a refusal')
    .addHelpText(
      'after',
      example(
        'lastgood register voice-activity --create-model --upload silero_vad_v5.onnx --serving \'{"inputs": 3}\'',
        'lastgood register fraud --artifact uri=s3://models/fraud.onnx,digest=sha256:<64 hex>,size=2327524 --metric auc=0.93',
        'lastgood register chat --artifact file:///mnt/models/chat-70b/',
      ),
    )
    .addHelpText('after', prefixHelp())
    .action((model: string, flags: Flags) =>
      runCommand(shell, flags, { model }, (session) => register(session, model, flags)),
    );
}

async function register(session: Session, model: string, flags: Flags): Promise<void> {
  // What costs nothing is checked before gigabytes are hashed and sent.
  const version = await versionFromFlags(flags);
  const elsewhere: ArtifactInput[] = [];
  // One after the other: two would share the terminal's line, and the disk.
  for (const flag of flags.artifact ?? []) elsewhere.push(await artifactFromFlag(flag, session.shell));
  if (flags.upload && !flags.createModel) await requireModel(session, model);
  const artifacts = [...elsewhere, ...(await uploadFiles(session, flags.upload ?? []))];
  const options = flags.idempotencyKey === undefined ? {} : { idempotencyKey: flags.idempotencyKey };
  const registration = await session.client
    .registerVersion(model, { ...version, artifacts }, options)
    .catch(withAdvice);
  session.output.result({ ...registration.version, created: registration.created }, () =>
    registeredText(session.shell, registration),
  );
}

async function requireModel({ client }: Session, model: string): Promise<void> {
  await client.getModel(model).catch(withAdvice);
}

// The one refusal that a flag of this very command avoids.
function withAdvice(error: unknown): never {
  if (!(error instanceof LastgoodError) || error.code !== 'model-not-found') throw error;
  const { problem, code, status, detail } = error;
  throw new CommandFailure(code, exitCodeOf(code, status), problem.title, detail, 'the same with --create-model');
}

function registeredText({ paint }: Pick<Shell, 'paint'>, { version, created }: Registration): string {
  const { model, artifacts, digest } = version;
  const name = `${paint.bold(model)} ${paint.bold(`v${version.version}`)}`;
  const size = bytes(artifacts.reduce((sum, artifact) => sum + artifact.size, 0));
  const what = `${counted(artifacts.length, 'artifact')}, ${size}, ${digest}`;
  if (!created) return `${name} is this very record already (${what}). Nothing was added.`;
  return `${name} is registered (${what}).\nTo serve it: lastgood promote ${model} v${version.version} --reason "why it is better"`;
}
