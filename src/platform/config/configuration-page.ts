import { formats } from './formats.js';
import { shown } from './hide-secrets.js';
import type { ListedSetting } from './setting-list.js';
import { settingList } from './setting-list.js';

const headings = ['Setting', 'Environment', 'Flag', 'Default', 'Takes', 'What it is'];

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

function cells(setting: ListedSetting): string[] {
  const { key, env, flag = '', doc, sensitive } = setting;
  const takes = formats[setting.format].takes(setting);
  return [
    code(key),
    code(env),
    code(flag),
    code(shown(setting.default, false)),
    takes,
    sensitive ? `${doc} Secret.` : doc,
  ];
}

/** The settings as a Markdown table, its columns aligned the way the formatter of this repository wants them. */
export function configurationTable(): string {
  const rows = [headings, ...settingList.map(cells)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], fill = ' '): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    line(
      headings.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row)),
  ].join('\n');
}

/** The whole of `docs/configuration.md`; a test holds the file to it. */
export function configurationPage(): string {
  return `# Configuration

A flag wins over the environment, the environment over the default. A variable that is set but empty counts as not set.
Everything is checked when a command starts: it names each setting that cannot be used, where it came from, the value
given and what it takes. \`lastgood config\` prints the values in force with secrets hidden.

${configurationTable()}

- \`LASTGOOD_STORE=s3\` needs \`S3_BUCKET\`. \`S3_ACCESS_KEY_ID\` and \`S3_SECRET_ACCESS_KEY\` go together.
- \`LASTGOOD_S3_STORES_FILE\` names a JSON file with further S3 stores, for artifacts that lie in other accounts or on
  other servers. \`s3://bucket/key\` goes to the store that names the bucket, so a bucket belongs to one store alone. Each
  part of the credentials is given as it is, by an environment variable (\`…Env\`) or by a file (\`…File\`, relative to
  this one), such as a mounted secret; without credentials it is the usual AWS credential chain, and without an
  \`endpoint\` it is AWS. All of it is read when a command starts, and none of the values is ever shown:

  \`\`\`json
  [
    {
      "name": "archive",
      "endpoint": "https://archive.internal:9000",
      "region": "us-east-1",
      "forcePathStyle": true,
      "buckets": ["models-2023", "models-2024"],
      "credentials": { "accessKeyId": "lastgood", "secretAccessKeyFile": "/run/secrets/archive-key" }
    },
    {
      "name": "partner",
      "region": "eu-central-1",
      "buckets": ["partner-models"],
      "credentials": { "accessKeyIdEnv": "PARTNER_KEY_ID", "secretAccessKeyEnv": "PARTNER_KEY" }
    }
  ]
  \`\`\`

- An allowed host is one name (\`models.example\`), all names below one (\`*.models.example\`), with a port where it is not
  the usual one, and with \`http://\` in front where it speaks no TLS; that is only done inside \`LASTGOOD_ALLOWED_NETWORKS\`.
  A redirect is followed only to allowed hosts, so those of a registry's blob store and token server belong on the list
  too: for Docker Hub, \`*.docker.io,*.docker.com\`. What a name resolves to is checked as well: loopback, private,
  link-local and metadata addresses are not asked unless \`LASTGOOD_ALLOWED_NETWORKS\` has them (metadata never).
- The command has 128 threads for files and for looking up names, of which folders that hang never hold more than three quarters.
  \`UV_THREADPOOL_SIZE\` sets another number. Where \`NODE_OPTIONS\` loads something in front of it, it has the four of Node.js,
  unless you set that.
- A certificate authority of your own goes into a file that \`NODE_EXTRA_CA_CERTS\` names.
- A \`LASTGOOD_HOST\` that other machines can reach needs \`LASTGOOD_TOKEN\`: without one, anyone who reaches the port
  could move production.
- The command line reads \`LASTGOOD_URL\`, \`LASTGOOD_TOKEN\` and \`LASTGOOD_ACTOR\`.
`;
}
