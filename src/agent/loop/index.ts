export { runNodeAgent, type AgentTimes, type NodeAgentOptions } from './node-agent.js';
export type { NodeRegistration, NodeRegistry, ResidencyItem, ResidencyReport } from './node-registry.js';
