import type { AliasChangeView, Page } from '../../../src/contract/views.js';
import { aliasPath, type AliasName } from './alias-client.js';

/** The whole history of an alias, oldest first, as the API gives it page by page. Throws where it does not. */
export async function readHistory(url: string, name: AliasName): Promise<AliasChangeView[]> {
  const changes: AliasChangeView[] = [];
  for (let token: string | null = ''; token !== null;) {
    const query = new URLSearchParams({ pageSize: '500', ...(token !== '' && { pageToken: token }) });
    const response = await fetch(`${url}${aliasPath(name)}/history?${query.toString()}`);
    if (!response.ok) throw new Error(`history of ${name.alias}: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as Page<AliasChangeView>;
    changes.push(...page.items);
    token = page.nextPageToken;
  }
  return changes.toReversed();
}
