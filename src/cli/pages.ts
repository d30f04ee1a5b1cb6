import type { Page } from '../client/index.js';

const PAGE_SIZE = 100;

/** The first `limit` items of a list, however many pages that takes. `more` says that there are others. */
export async function firstItems<T>(
  limit: number,
  read: (page: { pageSize: number; pageToken?: string }) => Promise<Page<T>>,
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let pageToken: string | undefined;
  for (;;) {
    const page = await read({ pageSize: Math.min(PAGE_SIZE, limit - items.length), pageToken });
    items.push(...page.items.slice(0, limit - items.length));
    pageToken = page.nextPageToken ?? undefined;
    if (pageToken === undefined) return { items, more: false };
    if (items.length >= limit) return { items, more: true };
  }
}
