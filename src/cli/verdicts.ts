import { LastgoodError, type AliasView, type LastgoodClient, type ReadinessVerdict } from '../client/index.js';

/** How many aliases are asked about for one page: each is a request that weighs all the checks of its target. */
const MOST_ASKED = 10;

/** What `readiness` says of each alias that can be rolled back, by name; empty for a model with very many of them. */
export async function verdictsOf(
  client: LastgoodClient,
  model: string,
  aliases: AliasView[],
): Promise<Record<string, ReadinessVerdict>> {
  // Paired aliases are never rolled back themselves: they have no soak window.
  const serving = aliases.filter(({ soakEndsAt }) => soakEndsAt !== null);
  if (serving.length > MOST_ASKED) return {};
  const told = await Promise.all(
    serving.map(async ({ alias }) => ({ alias, verdict: await verdictOf(client, model, alias) })),
  );
  return Object.fromEntries(told.flatMap(({ alias, verdict }) => (verdict === null ? [] : [[alias, verdict]])));
}

// An alias that went away meanwhile has none, and neither has any alias of a registry that is older than this program.
async function verdictOf(client: LastgoodClient, model: string, alias: string): Promise<ReadinessVerdict | null> {
  try {
    return (await client.readiness(model, alias)).verdict;
  } catch (error) {
    if (error instanceof LastgoodError && error.status === 404) return null;
    throw error;
  }
}
