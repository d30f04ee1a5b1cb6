import { get, type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { until } from './queue-until.js';

/** One event of a stream as it came. */
export interface SeenEvent {
  event: string;
  id: string;
  data: unknown;
}

/** The part of a change that tests compare. */
export interface SeenChange {
  change: { revision: number; model: string; alias: string; action: string; from: number | null; to: number | null };
  resolution: { version: number; revision: number; record: { version: number } } | null;
}

/** An open watch, and everything it was told so far. */
export interface Watch {
  readonly events: SeenEvent[];
  readonly comments: string[];
  readonly headers: IncomingMessage['headers'];
  /** The id to resume from, as a browser remembers it. */
  lastId(): string | undefined;
  changes(): SeenChange[];
  revisions(): number[];
  /** True once the server or `close` ended it. */
  isOver(): boolean;
  /** Waits until the past is told. */
  ready(): Promise<void>;
  /** Waits until a change of this revision, or a later one, came. */
  reaches(revision: number): Promise<void>;
  /** Stops reading, as a client that hangs does. */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface WatchOptions {
  query?: Record<string, string>;
  lastId?: string | number;
  headers?: Record<string, string>;
}

function answer(url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
}

/** Opens `GET /v1/watch`. @throws Error with the problem's text where the answer is not a stream */
export async function openWatch(base: string, options: WatchOptions = {}): Promise<Watch> {
  const { query = {}, lastId, headers = {} } = options;
  const url = new URL(`/v1/watch?${new URLSearchParams(query).toString()}`, base);
  const response = await answer(url, {
    ...headers,
    ...(lastId === undefined ? {} : { 'last-event-id': String(lastId) }),
  });
  if (response.statusCode !== 200) {
    const body = (await response.setEncoding('utf8').toArray()).join('');
    throw new Error(`${response.statusCode} ${body}`);
  }
  const events: SeenEvent[] = [];
  const comments: string[] = [];
  let over = false;
  const parser = createParser({
    onEvent: ({ event = 'message', id = '', data }) => events.push({ event, id, data: JSON.parse(data) }),
    onComment: (comment) => comments.push(comment),
  });
  response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  response.on('error', () => undefined).on('close', () => (over = true));
  const changes = () => events.filter(({ event }) => event === 'change').map(({ data }) => data as SeenChange);
  const revisions = () => changes().map(({ change }) => change.revision);
  return {
    events,
    comments,
    headers: response.headers,
    lastId: () => events.at(-1)?.id,
    changes,
    revisions,
    isOver: () => over,
    ready: () => until('the past is told', () => events.some(({ event }) => event === 'ready')),
    reaches: (revision) => until(`a watcher is told ${revision}`, () => (revisions().at(-1) ?? 0) >= revision),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close: () => void response.destroy(),
  };
}
