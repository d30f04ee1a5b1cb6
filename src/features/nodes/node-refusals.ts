import { Refusal } from '../../contract/refusal.js';
import type { NodeRow } from './node.repository.js';

export const nodeNotFound = (name: string): Refusal =>
  new Refusal(
    'node-not-found',
    `There is no node ${name}. \`lastgood nodes\` lists those there are; an agent registers its own.`,
  );

/** Two agents, one name: the one that reports keeps it. */
export function nodeTaken(node: NodeRow, leaseSeconds: number): Refusal {
  const { name, agent } = node;
  const [registeredAt, reportedAt] = [node.registeredAt.toISOString(), node.reportedAt.toISOString()];
  return new Refusal(
    'node-taken',
    `The agent ${agent} reports as ${name} since ${registeredAt}, last at ${reportedAt}. Stop that one, or start this one ` +
      `with another --name. A name is free once its agent has said nothing for ${leaseSeconds} seconds.`,
    { current: { node: name, agent, registeredAt, reportedAt } },
  );
}

/** The lease of the former agent ran out, and this one has not taken the name over yet. */
export const registerFirst = (name: string, agent: string): Refusal =>
  new Refusal(
    'node-taken',
    `${name} is registered by the agent ${agent}, which reports no more. Take the name over first: PUT /v1/nodes/${name}.`,
  );

/** Whoever decided that it may go decided on something else. */
export const nodeChanged = ({ name, reportedAt }: NodeRow, seen: Date): Refusal =>
  new Refusal(
    'node-changed',
    `${name} has reported since you looked: last at ${reportedAt.toISOString()}, and not at ${seen.toISOString()}. ` +
      'Look at it again, then decide.',
    { current: { node: name, reportedAt: reportedAt.toISOString() } },
  );

/** A large fleet is planned for longer than a request waits. */
export const planning = (name: string): Refusal =>
  new Refusal(
    'planning',
    `A plan for the nodes is being made, so ${name} was not deleted: nothing was changed. Try again in a few seconds.`,
  );

/** Also where its agent has just been stopped, which nobody knows before its lease has ended. */
export const nodeReporting = ({ name }: NodeRow, leaseSeconds: number): Refusal =>
  new Refusal(
    'node-reporting',
    `${name} still reports: stop its agent first. Once that has said nothing for ${leaseSeconds} seconds, ${name} can be ` +
      `deleted. Do so only where it is gone for good; one that comes back registers by itself.`,
  );
