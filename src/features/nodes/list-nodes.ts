import { Injectable } from '@nestjs/common';
import type { NodeView } from '../../contract/node-views.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import type { Page } from '../../contract/views.js';
import { pageOf, readPage } from '../../platform/http/page.js';
import { NodeRepository } from './node.repository.js';
import { nodeView } from './node.view.js';

/** Lists nodes by name, all or those with certain labels. */
@Injectable()
export class ListNodes {
  constructor(private readonly nodes: NodeRepository) {}

  async execute(query: Record<string, string | string[] | undefined>): Promise<Page<NodeView> | Refusal> {
    const { label, pageSize, pageToken } = query;
    const page = readPage({ pageSize: one(pageSize), pageToken: one(pageToken) }, 'name');
    if (page instanceof Refusal) return page;
    const labels: Record<string, string> = {};
    for (const pair of [label ?? []].flat()) {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        return refuseField('label', pair, 'must be name=value, such as gpu.product=L40S');
      labels[name] = value;
    }
    const rows = await this.nodes.list({ labels, ...page });
    return pageOf(rows, page, ({ name }) => name, nodeView);
  }
}

const one = (value: string | string[] | undefined): string | undefined => [value].flat()[0];
