import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ResolutionView, WatchEventView } from '../contract/views.js';
import { Deadline } from './deadline.js';
import { LastgoodUnreachable } from './errors.js';
import { networkTrouble } from './network-trouble.js';
import type { Transport } from './transport.js';

/** The registry sends a heartbeat every 15 s: without a byte for this long, in milliseconds, the connection is dead. */
export const SILENCE_MS = 40_000;

/** A whole event. `resolution` is null where a later event will bring it, or the alias was deleted. */
export interface WatchEvent {
  id: string | undefined;
  resolution: ResolutionView | null;
}

export interface WatchHandlers {
  /** A byte came: the connection lives. */
  onAlive(): void;
  onEvent(event: WatchEvent): void;
}

/**
 * Reads `/v1/watch` for one alias until the connection ends, which is always an error: `LastgoodUnreachable` when it
 * was cut or fell silent, `LastgoodError` when it was refused, or the signal's reason. An event that was cut in the
 * middle is never handed over, nor is its id, so resuming from the last id handed over misses nothing.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function readWatch(
  transport: Transport,
  watched: { model: string; alias: string; lastEventId: string | undefined },
  handlers: WatchHandlers,
  signal?: AbortSignal,
): Promise<never> {
  const { model, alias, lastEventId } = watched;
  const deadline = new Deadline(SILENCE_MS, signal);
  const headers = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  try {
    const call = { method: 'GET', path: '/v1/watch', query: { model, alias }, headers } as const;
    const response = await transport.stream(call, deadline);
    const parser = createParser({ onEvent: (message) => handlers.onEvent(parsed(message, response.url)) });
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body ?? []) {
        deadline.touch();
        handlers.onAlive();
        parser.feed(decoder.decode(bytes, { stream: true }));
      }
    } catch (error) {
      throw deadline.cancelled ? deadline.signal.reason : networkTrouble(error, response.url);
    }
    throw new LastgoodUnreachable(response.url, 'ended the stream');
  } finally {
    deadline.clear();
  }
}

function parsed({ id, event, data }: EventSourceMessage, url: string): WatchEvent {
  if (event !== 'snapshot' && event !== 'change') return { id, resolution: null };
  try {
    const { resolution }: Pick<WatchEventView, 'resolution'> = JSON.parse(data);
    return { id, resolution };
  } catch (cause) {
    throw new LastgoodUnreachable(url, `sent a ${event} event that is not JSON`, { cause });
  }
}
