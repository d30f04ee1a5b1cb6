import type { AliasView, LastgoodClient, ReportView } from '../client/index.js';
import { ago, versionName } from './format.js';
import type { Shell } from './shell.js';

/** A serving controller that runs with another configuration than its version records. */
export type Drift = Pick<ReportView, 'controller' | 'version' | 'configDigest' | 'reportedAt'> & { alias: string };

/** The controllers of a model's aliases that said last that they run with another configuration. */
export async function driftsOf(client: LastgoodClient, model: string, aliases: AliasView[]): Promise<Drift[]> {
  // Paired aliases take no traffic, so nothing reports under them; they have no soak window.
  const serving = aliases.filter(({ soakEndsAt }) => soakEndsAt !== null);
  const found = await Promise.all(
    serving.map(async ({ alias }) => {
      const reports = await client.reports(model, alias);
      return reports
        .filter(({ drift }) => drift)
        .map(({ controller, version, configDigest, reportedAt }) => {
          return { alias, controller, version, configDigest, reportedAt };
        });
    }),
  );
  return found.flat();
}

/** The drifts for a person, loudly, with what to do; empty where there are none. */
export function driftText(shell: Pick<Shell, 'paint' | 'now'>, drifts: Drift[]): string {
  const lines = drifts.map(({ alias, controller, version, configDigest, reportedAt }) => {
    const name = versionName(version);
    const said = `${controller} under ${alias} runs with another configuration than ${name} records`;
    return `${shell.paint.red('DRIFT')} ${said} (it reported ${configDigest} ${ago(reportedAt, shell.now())}).`;
  });
  if (lines.length === 0) return '';
  const advice =
    'Restart each with the env and serving config of its version, or register what it runs with as a new version.';
  return [...lines, advice].join('\n');
}
