import type { PersistentVolume } from '@typernetes/api';
import { always } from '../framework/cluster-event';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection, SchedulerPlugin } from '../framework/plugin';
import type { VolumeView } from './claim-choices';
import { usesClaim } from './uses-claim';

const name = 'VolumeZone';
const elsewhere: Rejection = { plugin: name, reasons: ['node(s) had no available volume zone'], resolvable: false };

/** Labels of volumes that say where they are, with the newer name of each. */
const topologyLabels: Readonly<Record<string, string>> = {
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};

/** A volume in several zones names them all: `a__b`. */
const zoneSeparator = '__';

interface Place {
  readonly label: string;
  readonly newerLabel: string;
  readonly values: readonly string[];
}

function placesOf({ metadata }: PersistentVolume): Place[] {
  return Object.entries(metadata?.labels ?? {}).flatMap(([label, value]) => {
    const newerLabel = topologyLabels[label];
    return newerLabel ? [{ label, newerLabel, values: value.split(zoneSeparator) }] : [];
  });
}

/** A node that says nothing of zones is in all of them. */
const saysWhere = ({ labels }: NodeInfo): boolean => Object.keys(topologyLabels).some((label) => label in labels);

/** Volumes that are marked as being in a zone or region can be reached from nodes there alone. */
export function volumeZone(view: VolumeView): SchedulerPlugin {
  return {
    name,
    hints: { NodeAdd: always, NodeUpdateLabel: always, PersistentVolumeClaimAdd: usesClaim, PersistentVolumeClaimUpdate: usesClaim, PersistentVolumeAdd: always, PersistentVolumeUpdate: always, StorageClassAdd: always },
    prepareFilter({ claims }) {
      const places = claims.flatMap((key) => {
        const volume = view.volume(view.claim(key)?.spec?.volumeName ?? '');
        return volume ? placesOf(volume) : [];
      });
      if (!places.length) return undefined;
      return (node) => {
        if (!saysWhere(node)) return undefined;
        return places.every(({ label, newerLabel, values }) => values.includes(node.labels[label] ?? node.labels[newerLabel] ?? '')) ? undefined : elsewhere;
      };
    },
  };
}
