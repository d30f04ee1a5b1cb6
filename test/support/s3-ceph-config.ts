/** Ports on 127.0.0.1, and where plug-ins lie (null: where the programs look by themselves). */
export interface CephPlaces {
  readonly cluster: string;
  readonly monitorPort: number;
  readonly gatewayPort: number;
  readonly plugins: string | null;
}

/**
 * The smallest Ceph that serves S3: one monitor, one storage daemon that keeps everything in memory, one gateway.
 * Paths are relative to the run's folder, since Ceph splits lists of paths at spaces.
 */
export function cephConfig({ cluster, monitorPort, gatewayPort, plugins }: CephPlaces): string {
  return `[global]
fsid = ${cluster}
mon host = [v2:127.0.0.1:${monitorPort}/0]
public addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = keyring
run dir = .
admin socket =
log file = $name.log
${plugins === null ? '' : pluginFolders()}
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
mon allow pool size one = true
mon max pg per osd = 1000
mon data = mon
mon data avail crit = 0
mon data avail warn = 0
# By default every change of the cluster map waits a second or two for others to join it.
paxos propose interval = 0.02
paxos min wait = 0.01
osd data = osd
osd objectstore = memstore
memstore device bytes = 17179869184
debug osd = 0
debug rgw = 0
debug rocksdb = 0
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw run sync thread = false
rgw enable lc threads = false
`;
}

// `plugins` is a link in the run's folder.
function pluginFolders(): string {
  return [
    'plugin dir = plugins/ceph',
    'erasure code dir = plugins/ceph/erasure-code',
    'osd class dir = plugins/rados-classes',
  ].join('\n');
}
