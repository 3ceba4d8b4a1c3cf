import { selectorFromObject, type KubernetesObject, type LabelSelectorObject } from '@typernetes/machinery';
import type { ScaleMapping } from './kind';

type Selecting = KubernetesObject & { spec?: { selector?: LabelSelectorObject } };

/** The scale of kinds that count replicas of the pods which their label selector finds. */
export const replicasScale: ScaleMapping = {
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector: (object: Selecting) => selectorFromObject(object.spec?.selector).toString(),
};
