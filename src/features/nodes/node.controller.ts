import { Body, Controller, Delete, Get, HttpCode, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiOperation, ApiQuery, ApiTags } from '../../contract/api-description.js';
import type { AssignmentsView } from '../../contract/node-views.js';
import { Refusal, refuseField } from '../../contract/refusal.js';
import { RegisterNodeRequest, ResidencyRequest } from '../../contract/requests/node.request.js';
import { momentProblem, parseMoment } from '../../domain/moment.js';
import { Paged } from '../../platform/http/api-docs.js';
import { readBlockingQuery } from '../../platform/http/blocking-query.js';
import { NodeParam } from '../../platform/http/param.pipe.js';
import { Assignments } from './assignments.js';
import { ListNodes } from './list-nodes.js';
import { RegisterNode } from './register-node.js';
import { RemoveNode } from './remove-node.js';
import { ReportResidency } from './report-residency.js';
import { ShowNode } from './show-node.js';

@ApiTags('nodes')
@Controller('v1/nodes')
export class NodeController {
  constructor(
    private readonly registerNode: RegisterNode,
    private readonly reportResidency: ReportResidency,
    private readonly assignments: Assignments,
    private readonly listNodes: ListNodes,
    private readonly showNode: ShowNode,
    private readonly removeNode: RemoveNode,
  ) {}

  @Get()
  @Paged()
  @ApiQuery({ name: 'label', required: false, isArray: true, type: String, description: 'name=value; all must match' })
  @ApiOperation({ summary: 'List nodes by name' })
  list(@Query() query: Record<string, string>) {
    return this.listNodes.execute(query);
  }

  @Get(':node')
  @ApiOperation({ summary: 'Show a node, what must lie on it and what does' })
  show(@NodeParam() node: string) {
    return this.showNode.execute(node);
  }

  @Put(':node')
  @ApiOperation({ summary: 'Register a node, and renew its lease: the side of its agent' })
  register(@NodeParam() node: string, @Body() body: RegisterNodeRequest) {
    return this.registerNode.execute(node, body);
  }

  @Delete(':node')
  @HttpCode(204)
  @ApiQuery({
    name: 'reportedAt',
    required: false,
    description: 'Delete it only while it has not reported since then: its `reportedAt` as it was read',
  })
  @ApiOperation({ summary: 'Delete a node that is gone for good' })
  async remove(@NodeParam() node: string, @Query('reportedAt') reportedAt?: string): Promise<Refusal | null> {
    const seen = reportedAt === undefined ? null : parseMoment(reportedAt);
    if (reportedAt !== undefined && seen === null)
      return refuseField('reportedAt', reportedAt, momentProblem(reportedAt) ?? '');
    return this.removeNode.execute(node, seen);
  }

  @Put(':node/residency')
  @ApiOperation({ summary: 'Say all that a node holds; renews its lease' })
  reside(@NodeParam() node: string, @Body() body: ResidencyRequest) {
    return this.reportResidency.execute(node, body);
  }

  @Get(':node/assignments')
  @ApiQuery({
    name: 'revision',
    required: false,
    description: 'The revision that the caller has: 304 while it is the newest',
  })
  @ApiQuery({ name: 'wait', required: false, description: 'Wait this long, such as `30s`, for another; 300 s at most' })
  @ApiOperation({ summary: 'What must lie on a node, in the order in which to fetch it' })
  async assigned(
    @NodeParam() node: string,
    @Query() query: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AssignmentsView | Refusal | undefined> {
    const asked = readBlockingQuery(query);
    if (asked instanceof Refusal) return asked;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const found = await this.assignments.execute(node, { ...asked, signal: gone.signal });
    if (found !== null) return found;
    void reply.status(304);
    return undefined;
  }
}
