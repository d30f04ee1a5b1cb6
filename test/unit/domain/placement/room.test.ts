import { describe, expect, it } from 'vitest';
import type { Blob, PlannedNode, WantedVersion } from '../../../../src/domain/placement/placement.js';
import { findRoom } from '../../../../src/domain/placement/room.js';

const wanted = (version: number, role: WantedVersion['role'], ...blobs: [string, number][]): WantedVersion => ({
  id: `v${version}`,
  model: 'fraud',
  version,
  role,
  pool: null,
  hasImage: false,
  blobs: blobs.map(([digest, gigabytes]): Blob => ({ digest, bytes: gigabytes * 1e9 })),
});

/** A node whose cache may use so many gigabytes, and that holds these versions. */
function node(gigabytes: number, ...resident: string[]): PlannedNode {
  const held = { state: 'resident', weights: 'resident', image: null, since: 0 } as const;
  const disk = { budgetBytes: gigabytes * 1e9, usedBytes: 0, freeBytes: 1e15 };
  return {
    node: 'a',
    labels: {},
    reporting: true,
    disk,
    residedAt: 0,
    followed: null,
    slots: [],
    setbacks: [],
    holds: new Map(resident.map((id) => [id, held])),
  };
}

const texts = (one: PlannedNode, ...versions: WantedVersion[]) => Object.fromEntries(findRoom(one, versions));

describe('the room on a node', () => {
  it('is told in what is needed and what there would be, rounded so that the one never looks smaller', () => {
    const disk = { budgetBytes: 500e9, usedBytes: 50e9, freeBytes: 40.9e9 };
    expect(texts({ ...node(0), disk }, wanted(2, 'live', ['x', 139.2]))).toEqual({
      v2: 'needs 140 GB, node has 90 GB free after evicting what may go',
    });
  });

  it('is not what an image needs, and that is said', () => {
    const version = { ...wanted(2, 'live', ['x', 60]), hasImage: true };
    expect(texts(node(60), version)).toEqual({ v2: null });
    expect(texts(node(50), version)).toEqual({
      v2: 'needs 60 GB besides its image, node has 50 GB free after evicting what may go',
    });
  });

  it('is taken once by a file that several versions share, or one has twice', () => {
    const versions = [wanted(2, 'live', ['base', 100]), wanted(1, 'target', ['base', 100], ['head', 5], ['head', 5])];
    expect(texts(node(105), ...versions)).toEqual({ v2: null, v1: null });
    expect(texts(node(104), ...versions)).toEqual({
      v2: null,
      v1: 'needs 5 GB, node has 4 GB free after evicting what may go',
    });
  });

  it('is kept by a target that lies there, although a new live version needs it', () => {
    expect(texts(node(110, 'v1'), wanted(2, 'live', ['two', 60]), wanted(1, 'target', ['one', 100]))).toEqual({
      v2: 'needs 60 GB, node has 10 GB free after evicting what may go',
      v1: null,
    });
  });

  it('is given up by a candidate that lies there where a target needs it', () => {
    expect(texts(node(110, 'v2'), wanted(1, 'target', ['one', 100]), wanted(2, 'candidate', ['two', 60]))).toEqual({
      v1: null,
      v2: 'needs 60 GB, node has 10 GB free after evicting what may go',
    });
  });

  it('is kept by the candidate that lies there from another candidate', () => {
    expect(texts(node(100, 'v3'), wanted(2, 'candidate', ['two', 60]), wanted(3, 'candidate', ['three', 60]))).toEqual({
      v3: null,
      v2: 'needs 60 GB, node has 40 GB free after evicting what may go',
    });
  });

  it('goes to a smaller version where a larger one does not fit', () => {
    expect(texts(node(50), wanted(2, 'live', ['two', 60]), wanted(1, 'target', ['one', 40]))).toMatchObject({
      v1: null,
    });
  });
});
