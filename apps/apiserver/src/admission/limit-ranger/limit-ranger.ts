import { resources, type LimitRange, type LimitRangeItem, type PersistentVolumeClaim, type Pod } from '@typernetes/api';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import type { ObjectReader } from '../../pipeline/object-reader';
import { forbid, isCore } from '../forbid';
import { defaultLimits } from './limit-defaults';
import { checkClaim, checkPod } from './limits';

/** Containers of a stored pod do not change, except by a resize. */
function isLimitedPod(context: AdmissionContext): boolean {
  return context.operation === 'CREATE' ? isCore(context, 'pods') : isCore(context, 'pods', 'resize');
}

/** Several faults are listed, each once. */
const joined = (faults: readonly string[]): string => {
  const unique = [...new Set(faults)];
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`;
};

/** Keeps pods and claims within the limits of their namespace, and gives defaults to those that say nothing. */
export function limitRanger(objects: ObjectReader): AdmissionPlugin {
  const rangesOf = ({ namespace }: AdmissionContext): LimitRange[] => (namespace ? objects.list(resources.limitRanges, namespace) : []);
  const itemsOf = ({ spec }: LimitRange): LimitRangeItem[] => spec?.limits ?? [];
  return {
    name: 'LimitRanger',
    operations: ['CREATE', 'UPDATE'],
    admit: (context) => {
      if (context.operation !== 'CREATE' || !isCore(context, 'pods') || !context.object) return;
      for (const range of rangesOf(context)) defaultLimits(itemsOf(range), context.object as Pod);
    },
    validate: (context) => {
      const isPod = isLimitedPod(context);
      if (!context.object || (!isPod && !isCore(context, 'persistentvolumeclaims'))) return;
      for (const range of rangesOf(context)) {
        const faults = isPod ? checkPod(itemsOf(range), context.object as Pod) : checkClaim(itemsOf(range), context.object as PersistentVolumeClaim);
        if (faults.length) throw forbid(context, joined(faults));
      }
    },
  };
}
